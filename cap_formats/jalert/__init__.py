"""J-Alert (全国瞬時警報システム): its kinds, the JMAソケット with its headers, and the 国民保護 messages."""
