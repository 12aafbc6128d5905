#!/usr/bin/env python3
"""An audit log's checker by somebody else: written from docs/audit-log.md alone, sharing nothing with the program.

check_audit.py DATABASE.db HEADS.jsonl PUBLIC-KEYS

Reads SQLite only, and has Ed25519 (RFC 8032) of its own, so that Python is all it needs. Prints what is wrong, a line
each, first the place; ends with 0 if nothing is, with 3 if something is.
"""
import base64
import hashlib
import json
import sqlite3
import sys

# Ed25519, verification only: RFC 8032, 5.1.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def decoded(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def added(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = added(result, point)
        point, number = added(point, point), number >> 1
    return result


BASE = decoded((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r, s = decoded(public), decoded(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = times(s, BASE), added(r, times(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# The chain.
FIELDS = ["id", "at", "operation", "result", "code", "actor_kind", "actor_id", "user_id", "call_id", "detail_hash"]


def field(value):
    if value is None:
        return (2**64 - 1).to_bytes(8, "big")
    if isinstance(value, int):
        value = value.to_bytes(8, "big", signed=True)
    elif isinstance(value, str):
        value = value.encode()
    return len(value).to_bytes(8, "big") + value


def entry_hash(row, previous):
    parts = [b"recovery-desk audit 1", previous, field(row["seq"])] + [field(row[name]) for name in FIELDS]
    return hashlib.sha256(b"".join(parts)).digest()


def heads(path, public_keys):
    """Heads by number, and lines that are no witness."""
    kept, wrong, newest = {}, [], len(public_keys)
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        try:
            head = json.loads(line)
        except ValueError:
            continue  # cut short by a crash
        place = next((i for i, (key, _) in enumerate(public_keys) if key == head["key"]), None)
        digest = base64.b64decode(head["hash"])
        message = b"recovery-desk audit head 1" + head["seq"].to_bytes(8, "big", signed=True) + digest
        if place is None or not signed(public_keys[place][1], message, base64.b64decode(head["signature"])):
            wrong.append(f"heads: line {number} is not signed")
        elif place > newest:
            wrong.append(f"heads: line {number} is signed with a former key")
        else:
            newest = place
            kept.setdefault(head["seq"], set()).add(digest)
    return kept, wrong if kept or wrong else ["heads: there are none"]


def check(database, heads_path, keys_path):
    public_keys = [line.split() for line in open(keys_path, encoding="utf-8")]
    public_keys = [(key, base64.b64decode(public)) for key, public in public_keys]
    try:
        kept, wrong = heads(heads_path, public_keys)
    except FileNotFoundError:
        kept, wrong = {}, ["heads: the file is missing"]
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    expected, previous, entries = 1, bytes(32), 0
    for row in db.execute("SELECT * FROM audit WHERE seq > 0 ORDER BY seq"):
        entries, seq = entries + 1, row["seq"]
        if seq != expected:
            wrong.append(f"entry {expected}: missing, up to {seq - 1}")
            previous = row["previous_hash"]
        if row["detail"] is not None and hashlib.sha256(row["detail"].encode()).digest() != row["detail_hash"]:
            wrong.append(f"entry {seq}: the detail was edited")
        elif row["previous_hash"] != previous or row["hash"] != entry_hash(row, previous):
            wrong.append(f"entry {seq}: edited, or in another's place")
        if any(digest != row["hash"] for digest in kept.get(seq, ())):
            wrong.append(f"entry {seq}: a signed head says otherwise")
        expected, previous = seq + 1, row["hash"]
    if kept and max(kept) >= expected:
        wrong.append(f"entry {expected}: missing, up to {max(kept)}")
    unchained = db.execute("SELECT COUNT(*) FROM audit WHERE seq IS NULL").fetchone()[0]
    if unchained:
        wrong.append(f"unchained: {unchained} entries stand outside the chain")
    return entries, sum(map(len, kept.values())), wrong


entries, fitting, wrong = check(*sys.argv[1:4])
print("\n".join(wrong) if wrong else f"whole: {entries} entries, {fitting} signed heads")
sys.exit(3 if wrong else 0)
