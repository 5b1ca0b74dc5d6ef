"""Asks https://HOST:PORT/ with a client certificate, as strict as Python is by default from 3.13 on."""

import ssl
import sys
import urllib.request

host, port, ca, cert, key = sys.argv[1:6]
context = ssl.create_default_context(cafile=ca)
context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
context.load_cert_chain(cert, key)
print(urllib.request.urlopen(f"https://{host}:{port}/", context=context).read().decode())
