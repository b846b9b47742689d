"""A mail server on a free port of 127.0.0.1: STARTTLS, then AUTH, then mail, as providers have it.

mail_server.py FOLDER CERTIFICATE KEY [--refuse ADDRESS]: user heald, password secret. Prints its port, and writes each mail
with its envelope to FOLDER, as a whole or not at all.
"""
import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Keep:
    def __init__(self, folder, refused):
        self.folder, self.refused, self.count = folder, refused, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == self.refused:
            return '550 no such user here'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        name = os.path.join(self.folder, f'{self.count}.json')
        kept = {'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'user': session.auth_data,
                'tls': session.ssl is not None, 'content': envelope.content.decode()}
        with open(name + '.new', 'w') as file:
            json.dump(kept, file)
        os.rename(name + '.new', name)
        return '250 kept'


def authenticate(server, session, envelope, mechanism, data):
    known = (data.login, data.password) == (b'heald', b'secret')
    # `handled` would be that we have answered.
    return AuthResult(success=known, handled=known, auth_data=data.login.decode() if known else None)


async def main():
    folder, certificate, key = sys.argv[1:4]
    refused = sys.argv[5] if len(sys.argv) > 5 else ''
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    keep = Keep(folder, refused)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(keep, hostname='127.0.0.1', tls_context=context, require_starttls=True, auth_required=True,
                     authenticator=authenticate), '127.0.0.1', 0)
    print('port', server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
