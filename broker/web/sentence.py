"""What a problem is called in Japanese, by its stable code, for people at a page; programs read the English."""

from typing import Final

JA: Final[dict[str, str]] = {
    "key-unknown": "この鍵は登録されていないか、取り消されています。",
    "role-not-allowed": "この鍵では、この画面は使えません。",
    "status-not-allowed": "この鍵では、この区分（本番・訓練）の発信はできません。",
    "session-ended": "サインアウトしています。もう一度サインインしてください。何も送っていません。",
    "csrf-mismatch": "この画面からの操作と確かめられませんでした。読み込み直してください。何も送っていません。",
    "area-not-allowed": "この鍵では、この区域について発信できません。",
    "area-unknown": "区域が見つかりません。",
    "event-not-allowed": "この鍵では、この種類の情報は発信できません。",
    "references-unknown": "もとの情報が見つからないため、保留しました。何も送っていません。",
    "identifier-reused": "同じ番号で内容の違う情報があるため、保留しました。何も送っていません。",
    "sent-in-the-future": "時刻が進みすぎているため、保留しました。時計を確かめてください。",
    "alert-expired": "有効期限が過ぎています。",
    "alert-unknown": "その情報はありません。",
    "order-unknown": "その発令は見つかりません。",
    "draft-unknown": "その下書きはありません。発令ずみか、サインインし直したためです。",
    "order-changed": "下書きのあとで発令の状態が変わりました。いまの状態からやり直してください。何も送っていません。",
    "order-empty": "レベルを選んだ場所がありません。",
    "order-invalid": "入力に足りないところか、読めないところがあります。",
    "read-back-wrong": "読み合わせが一致しません。レベルと市区町村名を確かめてください。何も送っていません。",
    "text-changed": "文面が書き直されました。書き直した文面をもう一度確かめてください。まだ送っていません。",
    "query-invalid": "場所の指定が読めません。",
    "internal": "内部の障害です。一覧にない発令は送られていません。もう一度送るか、電話などで伝えてください。",
    "journal-failed": "記録装置に書けません。何も送っていません。もう一度送るか、電話などで伝えてください。",
    "journal-unreadable": "記録装置を読めないため、いまは表示できません。",
}
