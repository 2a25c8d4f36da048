"""What the flash of a pod without a radio holds, as a client would get it."""

from __future__ import annotations

from surefoot.firmware_sim.kept_run import AwayPod
from surefoot.sensor_ingest.pod_store.reassembly import RecordAssembler
from surefoot.sensor_ingest.protocol import Opcode


def fetched(pod: AwayPod) -> list[bytes]:
    """All records of a pod, in order."""
    pod.keeper.set_client_listens(True)
    pod.order(Opcode.FETCH, 0, 0xFFFF_FFFF)
    pod.keeper.transfer.on_replied()
    assembler, records = RecordAssembler(), list[bytes]()
    while (fragment := pod.keeper.transfer.next_fragment()) is not None:
        record = None if fragment.is_end else assembler.push(fragment)
        records += [] if record is None else [record[1]]
    return records
