#!/bin/sh
# Install satops, and what it needs, into a new virtual environment.
# Written by `satops init --ci`. Run it at the root of the checkout.
# usage: install.sh VENV
#
# Every wheel must have the hash that stands in requirements.txt beside this script. Nothing is
# resolved and nothing is built, and no other file of the checkout has a say (-I, --no-config).
set -eu
venv=$1
# Beside the environment, never in the checkout: uv runs what its cache holds without another look.
export PIP_CACHE_DIR="$venv-cache/pip" UV_CACHE_DIR="$venv-cache/uv" PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
wheels=$(dirname "$0")/requirements.txt
uv='/^uv==/,/[^\\]$/' # the lines of uv, which installs the others

python3 -I -m venv --clear --without-pip "$venv"
sed -n "${uv}p" "$wheels" >"$venv/uv.txt"
python3 -I -m pip install --quiet --no-deps --require-hashes --only-binary :all: \
    --target "$venv/uv" --requirement "$venv/uv.txt"
sed "${uv}d" "$wheels" | "$venv/uv/bin/uv" --no-config pip install --quiet --no-deps --no-build \
    --require-hashes --python "$venv/bin/python" --requirement -
rm -r "$venv/uv" "$venv/uv.txt"
