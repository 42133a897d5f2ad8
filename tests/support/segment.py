"""Reads what lies in a partition's folder on disk, by the format of Kafka's record batch v2 and nothing of ours."""
import collections
import struct

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
HEADER = struct.Struct(">qiibIhiqqqhii")  # 61 bytes

Batch = collections.namedtuple("Batch", "base_offset leader_epoch codec attributes records base_timestamp max_timestamp size")


def batches(folder):
    """All batches of a partition's folder, in the order of its segments."""
    found = []
    for path in sorted(folder.glob("*.log")):
        data, at = path.read_bytes(), 0
        while at < len(data):
            fields = HEADER.unpack_from(data, at)
            base, length, epoch, magic, _crc, attributes, _last, first_time, max_time, _id, _pepoch, _sequence, count = fields
            assert magic == 2, f"{path} at {at}: magic {magic}"
            assert at + 12 + length <= len(data), f"{path} at {at}: a batch is cut off"
            codec = CODECS[attributes & 7]
            found.append(Batch(base, epoch, codec, attributes, count, first_time, max_time, 12 + length))
            at += 12 + length
    return found


def codecs(folder):
    """The codecs that occur in a partition's folder."""
    return {batch.codec for batch in batches(folder)}
