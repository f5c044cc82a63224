"""Walks the OpenAPI document of a running demo with made-up requests, signed in as each role: no answer may be a 5xx or break the document.

    make schema                # all roles at once, ten minutes
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
import urllib.error
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
SUMMARY_LINES = 16


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


def wait_until_ready(program: subprocess.Popen, base: str) -> None:
    deadline = time.monotonic() + READY_SECS
    while not answers(f"{base}/readyz"):
        if program.poll() is not None or time.monotonic() > deadline:
            sys.exit("the program is not ready; its output is above")
        time.sleep(0.1)


def session(base: str, account: str, password: str) -> str:
    """What this account's browser would carry."""
    body = json.dumps({"name": account, "password": password, "seat": "1号席"}).encode()
    request = urllib.request.Request(f"{base}/api/v1/session", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers["set-cookie"].split("=", 1)[1].split(";", 1)[0]


def begin(tool: str, base: str, role: str, secret: str | None, seconds: int, folder: pathlib.Path) -> subprocess.Popen:
    """Begins a walk; what it says goes to a file of the role's name."""
    command = [tool, "run", f"{base}/api/openapi.json", "--checks", CHECKS, "--max-time", str(seconds)]
    command += ["--continue-on-failure", "--warnings", "off", "--request-timeout", "30"]
    command += ["--suppress-health-check", "all"]
    # Its 503 says that the program is not ready: no fault of an answer.
    command += ["--exclude-path", "/readyz"]
    if secret is not None:
        command += ["--header", f"Authorization: Bearer {secret}"]
        command += ["--exclude-operation-id", "sign_out"]
    place = folder / f"walk-{role}"
    place.mkdir()
    with (folder / f"{role}.txt").open("wb") as said:
        return subprocess.Popen(command, cwd=place, stdout=said, stderr=subprocess.STDOUT)


def is_let_in(base: str, secret: str) -> bool:
    """Whether the server still knows who carries this: another role may have ended it on the way."""
    request = urllib.request.Request(f"{base}/api/v1/session", headers={"authorization": f"Bearer {secret}"})
    try:
        with urllib.request.urlopen(request, timeout=30):
            return True
    except urllib.error.HTTPError as error:
        return error.code != 401


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
        wait_until_ready(program, base)
        known = json.loads((folder / "sign-in.json").read_text())
        secrets: dict[str, str | None] = {"nobody": None}
        secrets |= {name: known[name] for name in ("wall", "source", "listener")}
        wanted = os.environ.get("ROLES", "").split() or [*secrets, *known["accounts"]]
        seconds = max(1, int(minutes * 60))
        carried = {role: secrets[role] if role in secrets else session(base, role, known["password"]) for role in wanted}
        print(f"{len(wanted)} roles at once, {seconds} s", flush=True)
        walks = {role: begin(tool, base, role, secret, seconds, folder) for role, secret in carried.items()}
        failed = []
        for role, one in walks.items():
            good = one.wait() == 0
            print(f"== {role}: {'good' if good else 'not good'}")
            said = (folder / f"{role}.txt").read_text(errors="replace").rstrip()
            print("\n".join(said.splitlines()[-SUMMARY_LINES:]) if good else said, flush=True)
            secret = carried[role]
            if secret is not None and not is_let_in(base, secret):
                print(f"{role} was shut out on the way by another role")
            if not good:
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
