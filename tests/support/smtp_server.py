"""A real mail server for stories: STARTTLS (or TLS from the start) and a login required, every letter kept as a file.

    python smtp_server.py --folder letters [--implicit]

Needs `pip install aiosmtpd`. Prints `port <number>` once it listens on 127.0.0.1, then stays until standard input
ends, so that it never outlives the test that started it. Login: desk / correct-horse. The certificate is the
published one for tests; clients trust `authority.pem` beside it.

Letters are kept as 0001.eml, 0002.eml, …, each whole or not at all. To misbehave:
  an address like later-451@…   is put off with 451, refused-550@… is refused with 550;
  a file `put-off` in the folder puts every letter off;
  a file `lose-answer` in the folder: letters are kept, but the connection ends before the answer.
"""

import argparse
import asyncio
import logging
import re
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

CERTIFICATES = Path(__file__).parents[2] / "crates/desk/src/smtp/test_certificate"


class Letters:
    """Keeps what arrives; the names of the methods are aiosmtpd's."""

    def __init__(self, folder):
        self.folder = folder
        self.kept = 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        if (self.folder / "put-off").exists():
            return "451 4.3.2 not now"
        envelope.mail_from = address
        return "250 2.1.0 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        wished = re.match(r"(?:later|refused)-(\d{3})@", address)
        if wished:
            return f"{wished[1]} {wished[1][0]}.1.1 as you wished"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        self.kept += 1
        name = f"{self.kept:04}.eml"
        unfinished = self.folder / f"{name}.part"
        unfinished.write_bytes(envelope.content)
        unfinished.rename(self.folder / name)
        if (self.folder / "lose-answer").exists():
            server.transport.abort()
        return f"250 2.0.0 kept as {name}"


def check_login(server, session, envelope, mechanism, login):
    right = isinstance(login, LoginPassword) and (login.login, login.password) == (b"desk", b"correct-horse")
    # handled=False makes aiosmtpd answer 535 itself.
    return AuthResult(success=right, handled=False)


async def serve(folder, implicit):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(CERTIFICATES / "server.pem", CERTIFICATES / "server.key.pem")
    letters = Letters(folder)

    def conversation():
        return SMTP(
            letters,
            hostname="test.example",
            enable_SMTPUTF8=False,
            tls_context=None if implicit else tls,
            require_starttls=not implicit,
            auth_required=True,
            auth_require_tls=not implicit,
            authenticator=check_login,
        )

    loop = asyncio.get_running_loop()
    # Not aiosmtpd's Controller: with port 0 its self-check connects to port 0 and fails.
    server = await loop.create_server(conversation, "127.0.0.1", 0, ssl=tls if implicit else None)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--implicit", action="store_true")
    given = arguments.parse_args()
    # aiosmtpd warns of its own deprecations with every login.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    asyncio.run(serve(given.folder, given.implicit))
