"""Writes a TensorBoard log with one scalar a step, read as little-endian Float32 from a file: writeScalars.py FILE FOLDER TAG."""

import array
import sys
import time

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

column, folder, tag = sys.argv[1:]
values = array.array("f")
with open(column, "rb") as file:
    values.frombytes(file.read())
writer = EventFileWriter(folder, max_queue_size=1000, flush_secs=120)
begun = time.time()
for step, value in enumerate(values):
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    writer.add_event(Event(wall_time=begun + step * 0.01, step=step, summary=summary))
writer.close()
