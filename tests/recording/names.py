"""A name server that knows nobody, and a host that never answers."""

from __future__ import annotations

import socket
import threading


def start_names(mode: str) -> None:
    """Answer every question with NXDOMAIN; with mode `down` nobody answers at all."""
    if mode == "down":
        return
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(("127.0.0.1", 53))
    threading.Thread(target=_deny_names, args=(door,), daemon=True).start()


def _deny_names(door: socket.socket) -> None:
    while True:
        question, address = door.recvfrom(512)
        door.sendto(question[:2] + b"\x81\x83" + question[4:6] + bytes(6) + question[12:], address)


def fill_backlog() -> socket.socket:
    """Occupy 127.0.0.3 so that a connection to it is neither taken nor refused."""
    door = socket.socket()
    door.bind(("127.0.0.3", 80))
    door.listen(0)
    for _ in range(3):
        guest = socket.socket()
        guest.setblocking(False)
        guest.connect_ex(("127.0.0.3", 80))
        GUESTS.append(guest)
    return door


GUESTS: list[socket.socket] = []
