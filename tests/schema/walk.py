"""Walks the OpenAPI document of a running demo with made-up requests, signed in as each role: no answer may be a 5xx or break the document.

    make schema                # ten minutes a role
    make schema MINUTES=1 ROLES='auditor listener'

A role's own sign-out is left out (it would end the walk), and /readyz (its 503 is its word).
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

CHECKS = ",".join(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
READY_SECS = 60


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_until_ready(program: subprocess.Popen, base: str, file: pathlib.Path) -> None:
    deadline = time.monotonic() + READY_SECS
    while not (file.exists() and answers(f"{base}/readyz")):
        if program.poll() is not None or time.monotonic() > deadline:
            sys.exit("the program is not ready; its output is above")
        time.sleep(0.1)


def session(base: str, account: str, password: str) -> str:
    """What this account's browser would carry."""
    body = json.dumps({"name": account, "password": password, "seat": "1号席"}).encode()
    request = urllib.request.Request(f"{base}/api/v1/session", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers["set-cookie"].split("=", 1)[1].split(";", 1)[0]


def walk(tool: str, base: str, role: str, secret: str | None, seconds: int, folder: pathlib.Path) -> bool:
    print(f"== {role}, {seconds} s", flush=True)
    command = [tool, "run", f"{base}/api/openapi.json", "--checks", CHECKS, "--max-time", str(seconds)]
    command += ["--continue-on-failure", "--warnings", "off", "--request-timeout", "30"]
    command += ["--suppress-health-check", "all"]
    # Its 503 says that the program is not ready: no fault of an answer.
    command += ["--exclude-path", "/readyz"]
    if secret is not None:
        command += ["--header", f"Authorization: Bearer {secret}"]
        command += ["--exclude-operation-id", "sign_out"]
    return subprocess.run(command, check=False, cwd=folder).returncode == 0


def main() -> None:
    minutes = float(os.environ.get("MINUTES", "10"))
    binary = pathlib.Path(os.environ.get("YIPING_BIN", "target/release/yiping")).resolve()
    tool = shutil.which("schemathesis", path=str(pathlib.Path(sys.executable).parent)) or sys.exit("schemathesis is missing")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="yiping-schema-"))
    port, devices = free_port(), free_port()
    base = f"http://127.0.0.1:{port}"
    command = [str(binary), "demo", "--data-dir", str(folder), "--port", str(port), "--mqtt", str(devices)]
    program = subprocess.Popen(command, env={**os.environ, "RUST_LOG": "warn"}, stdout=subprocess.DEVNULL)
    try:
        file = folder / "sign-in.json"
        wait_until_ready(program, base, file)
        known = json.loads(file.read_text())
        secrets: dict[str, str | None] = {"nobody": None}
        secrets |= {name: known[name] for name in ("wall", "source", "listener")}
        wanted = os.environ.get("ROLES", "").split() or [*secrets, *known["accounts"]]
        failed = []
        for role in wanted:
            secret = secrets[role] if role in secrets else session(base, role, known["password"])
            if not walk(tool, base, role, secret, max(1, int(minutes * 60)), folder):
                failed.append(role)
        if program.poll() is not None:
            sys.exit(f"the program ended with {program.returncode}")
        if failed:
            sys.exit(f"answers broke the document for: {', '.join(failed)}")
        print(f"good: {len(wanted)} roles")
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


main()
