import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Writes what record.py's `sample` says, and some batches that only brokers write, with the Java client's own classes. */
public class Recorder {
  static byte[] bytes(String text) { return text.getBytes(StandardCharsets.UTF_8); }

  static void append(MemoryRecordsBuilder builder, String codec) {
    for (int i = 0; i < 50; i++) {
      byte[] value = i % 11 == 10 ? null : bytes(("value-" + i + " ").repeat(i % 7 + 1));
      if (i == 7 && !codec.equals("none")) value = bytes("0123456789".repeat(7000));
      Header[] headers = i % 5 != 0 ? new Header[0]
          : new Header[] {new RecordHeader("h", bytes("" + i)), new RecordHeader("null", (byte[]) null), new RecordHeader("h", new byte[0])};
      builder.append(1700000000000L + i * 10 - i % 4 * 25, i % 3 == 0 ? null : bytes("key-" + i), value, headers);
    }
  }

  static Path folder;

  static void write(String name, MemoryRecords records) throws IOException {
    byte[] out = new byte[records.sizeInBytes()];
    records.buffer().get(out);
    Files.write(folder.resolve("java-" + name + ".bin"), out);
  }

  public static void main(String[] arguments) throws IOException {
    folder = Path.of(arguments[0]);
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      var compression = switch (codec) {
        case "gzip" -> Compression.gzip().build();
        case "snappy" -> Compression.snappy().build();
        case "lz4" -> Compression.lz4().build();
        case "zstd" -> Compression.zstd().build();
        default -> Compression.NONE;
      };
      var builder = MemoryRecords.builder(ByteBuffer.allocate(200_000), compression, TimestampType.CREATE_TIME, 0);
      append(builder, codec);
      write(codec, builder.build());
    }
    var logAppendTime = MemoryRecords.builder(ByteBuffer.allocate(200_000), RecordBatch.MAGIC_VALUE_V2, Compression.NONE,
        TimestampType.LOG_APPEND_TIME, 1000, 1700000009999L, 42, (short) 7, 11, true, 3);
    append(logAppendTime, "none");
    write("log-append-time", logAppendTime.build());
    write("end-transaction", MemoryRecords.withEndTransactionMarker(5, 1700000000000L, 3, 42, (short) 7,
        new EndTransactionMarker(ControlRecordType.COMMIT, 9)));
    write("leader-change", MemoryRecords.withLeaderChangeMessage(5, 1700000000000L, 3, ByteBuffer.allocate(1000),
        new LeaderChangeMessage().setLeaderId(1).setVoters(List.of(new LeaderChangeMessage.Voter().setVoterId(1)))));
    write("kraft-version", MemoryRecords.withKRaftVersionRecord(5, 1700000000000L, 3, ByteBuffer.allocate(1000),
        new KRaftVersionRecord().setKRaftVersion((short) 1)));
    write("snapshot-header", MemoryRecords.withSnapshotHeaderRecord(0, 1700000000000L, 3, ByteBuffer.allocate(1000),
        new SnapshotHeaderRecord().setLastContainedLogTimestamp(1699999999999L)));
    write("snapshot-footer", MemoryRecords.withSnapshotFooterRecord(6, 1700000000000L, 3, ByteBuffer.allocate(1000),
        new SnapshotFooterRecord()));
  }
}
