"""The aiohttp house: app, sessions, keys, problems, base page, static kit."""
