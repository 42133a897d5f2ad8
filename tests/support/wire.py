"""Requests of the protocol as bytes, for those that no Debian client sends: versions that are not flexible."""
import socket
import struct


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, kind):
        (value,) = struct.unpack_from(">" + kind, self.data, self.at)
        self.at += struct.calcsize(">" + kind)
        return value

    def text(self):
        size = self.number("h")
        self.at += size
        return self.data[self.at - size : self.at].decode()

    def array(self, item):
        return [item() for _ in range(self.number("i"))]


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def array(items):
    return struct.pack(">i", len(items)) + b"".join(items)


class Connection:
    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=30)

    def close(self):
        self.socket.close()

    def call(self, api, version, body):
        """The answer, behind its correlation id."""
        frame = struct.pack(">hhi", api, version, 1) + text("wire") + body
        self.socket.sendall(struct.pack(">i", len(frame)) + frame)
        (size,) = struct.unpack(">i", self.exactly(4))
        reader = Reader(self.exactly(size))
        assert reader.number("i") == 1
        return reader

    def exactly(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise ConnectionError("closed")
            data += more
        return data

    def delete_records(self, topic, offsets, timeout=30000):
        """`offsets` by partition; (low watermark, error code) by partition."""
        partitions = [struct.pack(">iq", partition, offset) for partition, offset in offsets.items()]
        answer = self.call(21, 1, array([text(topic) + array(partitions)]) + struct.pack(">i", timeout))
        answer.number("i")
        [(_, results)] = answer.array(lambda: (answer.text(), answer.array(
            lambda: (answer.number("i"), (answer.number("q"), answer.number("h"))))))
        return dict(results)

    def describe_log_dirs(self):
        """(error code, {(topic, partition): (bytes, lag)}) by path, of everything."""
        answer = self.call(35, 1, struct.pack(">i", -1))
        answer.number("i")

        def partition():
            index, size, lag, future = (answer.number(kind) for kind in "iqq?")
            assert not future
            return index, (size, lag)

        def directory():
            error, path = answer.number("h"), answer.text()
            topics = answer.array(lambda: (answer.text(), answer.array(partition)))
            return path, (error, {(topic, index): found for topic, partitions in topics for index, found in partitions})

        return dict(answer.array(directory))
