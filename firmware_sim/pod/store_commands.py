"""Commands of the Store service."""

from __future__ import annotations

from surefoot.firmware_sim.pod.flash_log import StoreFullError
from surefoot.firmware_sim.pod.keeper import Keeper
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.sensor_ingest.pod_store.records import UtcRecord
from surefoot.sensor_ingest.pod_store.store_protocol import tag_of
from surefoot.sensor_ingest.protocol import Command, Opcode, Reply, Result


def handle_store_command(keeper: Keeper, settings: PodSettings, command: Command, tick_us: int) -> Reply:
    """Execute a command and return its reply."""
    if command.opcode is Opcode.FETCH:
        return _fetch(keeper, command, tick_us)
    return Reply(command.opcode, _execute(keeper, settings, command, tick_us), tick_us)


def _fetch(keeper: Keeper, command: Command, tick_us: int) -> Reply:
    first, number = command.arguments
    if not keeper.client_listens:
        return Reply(command.opcode, Result.NOT_NOW, tick_us)
    return Reply(command.opcode, Result.OK, tick_us, *keeper.transfer.start(first, number))


def _execute(keeper: Keeper, settings: PodSettings, command: Command, tick_us: int) -> Result:
    match command.opcode, command.arguments:
        case Opcode.KEEP_START, _:
            settings.keep_ordered = keeper.start(tick_us)
            return Result.OK if settings.keep_ordered else Result.NOT_NOW
        case Opcode.KEEP_STOP, _:
            keeper.stop()
        case Opcode.KEEP_AUTO, (minutes,):
            settings.auto_minutes = minutes
        case Opcode.NOTE_UTC, (utc_us,):
            return _note_utc(keeper, tick_us, utc_us)
        case Opcode.RELEASE, (before,):
            keeper.release(before)
        case Opcode.SET_PARTNER, (number,):
            return _set_partner(settings, number)
    return Result.OK


def _note_utc(keeper: Keeper, tick_us: int, utc_us: int) -> Result:
    try:
        keeper.note(UtcRecord(keeper.boot_count, tick_us, utc_us))
    except StoreFullError:
        return Result.NOT_NOW
    return Result.OK


def _set_partner(settings: PodSettings, number: int) -> Result:
    tag = tag_of(number)
    if tag is None:
        return Result.BAD_ARGUMENT
    settings.partner_tag = tag
    return Result.OK
