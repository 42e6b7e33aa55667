#!/usr/bin/env bash
# azure-cli 2.45.0 (Debian 12): with telemetry off, an unknown command is still sent to Microsoft.
#
# After a mistyped command, the CLI asks a service for recommendations, and sends it the words that were typed and its version.
# It also asks for the list of extensions. AZURE_CORE_COLLECT_TELEMETRY=no switches neither off. It takes
# AZURE_CORE_ERROR_RECOMMENDATION=off and AZURE_EXTENSION_USE_DYNAMIC_INSTALL=no. A third address is asked whatever is set.
# Here all requests end at a proxy on 127.0.0.1 that refuses them. The packages are unpacked, not installed.
#
# Seen:
#   telemetry off: aka.ms:443 app.aladdin.microsoft.com:443 azure.microsoft.com:443
#   all three off: azure.microsoft.com:443
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${proxy:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
  azure-cli | grep -E '^(python3-|azure-cli)' | sort -u | sed 's/^azure-cli$/azure-cli=2.45.0-1/')
# Packages that exist only as a name of others cannot be downloaded.
for package in $packages; do apt-get download -qq "$package" >/dev/null 2>&1 || true; done
for file in *.deb; do dpkg -x "$file" root; done

cat >proxy.py <<'PY'
import http.server


class Refusing(http.server.BaseHTTPRequestHandler):
    def do_CONNECT(self):
        with open('asked', 'a') as asked:
            asked.write(self.path + '\n')
        self.send_error(502)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(('127.0.0.1', 0), Refusing)
with open('port', 'w') as port:
    port.write(str(server.server_port))
server.serve_forever()
PY
python3 proxy.py &
proxy=$!
until [ -s port ]; do sleep 0.1; done

# The hosts that the mistyped command asks, with these settings.
asked() {
  rm -rf asked config
  env "$@" PYTHONPATH="$work/root/usr/lib/python3/dist-packages" AZURE_CONFIG_DIR="$work/config" \
    HTTPS_PROXY="http://127.0.0.1:$(cat port)" python3 -m azure.cli webapp updat >/dev/null 2>&1 || true
  if [ -f asked ]; then sort -u asked | xargs; else echo nothing; fi
}

first=$(asked AZURE_CORE_COLLECT_TELEMETRY=no)
echo "telemetry off: $first"
all=$(asked AZURE_CORE_COLLECT_TELEMETRY=no AZURE_CORE_ERROR_RECOMMENDATION=off AZURE_EXTENSION_USE_DYNAMIC_INSTALL=no)
echo "all three off: $all"
[ "$first" = "aka.ms:443 app.aladdin.microsoft.com:443 azure.microsoft.com:443" ]
[ "$all" = "azure.microsoft.com:443" ]
