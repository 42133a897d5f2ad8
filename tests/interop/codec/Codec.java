import java.io.BufferedWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Decodes and encodes messages with Apache Kafka's own classes: {@code Codec THEIRS OURS COUNT}. Reads lines
 * {@code NAME VERSION HEX} from THEIRS and says which come out as other bytes; then writes COUNT such lines of random
 * values to OURS for every version of every message that was named, and of every request and response there is.
 */
public class Codec {
  static final List<String> PACKAGES = List.of("org.apache.kafka.common.message.", "org.apache.kafka.common.metadata.",
      "org.apache.kafka.raft.generated.");
  static final Random RANDOM = new Random(20);
  static final int[] CHARACTERS = {0, 'a', '"', 0x7f, 0xe9, 0x20ac, 0x1f600};

  static Class<?> find(String name) {
    for (String prefix : PACKAGES) {
      for (String end : List.of("Data", "")) {
        try {
          return Class.forName(prefix + name + end);
        } catch (ClassNotFoundException missing) {
          // another package, then
        }
      }
    }
    return null;
  }

  static byte[] encode(Message message, short version) {
    var cache = new ObjectSerializationCache();
    var bytes = ByteBuffer.allocate(message.size(cache, version));
    message.write(new ByteBufferAccessor(bytes), cache, version);
    return bytes.array();
  }

  /** What the class makes of the bytes; throws if it does not read them to their end. */
  static byte[] recode(Class<?> type, byte[] bytes, short version) throws Exception {
    var message = (Message) type.getDeclaredConstructor().newInstance();
    var buffer = ByteBuffer.wrap(bytes);
    message.read(new ByteBufferAccessor(buffer), version);
    if (buffer.hasRemaining()) throw new IllegalStateException(buffer.remaining() + " bytes were not read");
    return encode(message, version);
  }

  static byte[] someBytes() {
    byte[] bytes = new byte[RANDOM.nextInt(4) * RANDOM.nextInt(70)];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  static String someText() {
    var text = new StringBuilder();
    for (int left = RANDOM.nextInt(4) * RANDOM.nextInt(40); left > 0; left--) {
      text.appendCodePoint(CHARACTERS[RANDOM.nextInt(CHARACTERS.length)]);
    }
    return text.toString();
  }

  static Object scalar(Type type) {
    boolean small = RANDOM.nextInt(5) == 0;
    if (type == Type.BOOLEAN) return RANDOM.nextBoolean();
    if (type == Type.INT8) return (byte) (small ? 0 : RANDOM.nextInt());
    if (type == Type.INT16) return (short) (small ? 0 : RANDOM.nextInt());
    if (type == Type.UINT16) return RANDOM.nextInt(65536);
    if (type == Type.INT32) return small ? -1 : RANDOM.nextInt();
    if (type == Type.UNSIGNED_INT32) return RANDOM.nextLong() & 0xffffffffL;
    if (type == Type.INT64) return small ? -1L : RANDOM.nextLong();
    if (type == Type.FLOAT64) return RANDOM.nextGaussian();
    if (type == Type.UUID) return small ? Uuid.ZERO_UUID : new Uuid(RANDOM.nextLong(), RANDOM.nextLong());
    throw new IllegalStateException("no value for a field of type " + type);
  }

  static Object value(Type type) {
    if (type.isNullable() && RANDOM.nextInt(4) == 0) return null;
    if (type instanceof TaggedFields tags) return tagged(tags);
    if (type.isArray()) {
      Object[] values = new Object[RANDOM.nextInt(4)];
      for (int i = 0; i < values.length; i++) values[i] = value(type.arrayElementType().get());
      return values;
    }
    if (type instanceof Schema schema) return struct(schema);
    String name = type.toString();
    if (name.contains("STRING")) return someText();
    if (name.contains("BYTES")) return ByteBuffer.wrap(someBytes());
    if (name.contains("RECORDS")) return MemoryRecords.readableRecords(ByteBuffer.wrap(someBytes()));
    return scalar(type);
  }

  static Object tagged(TaggedFields type) {
    var values = new TreeMap<Integer, Object>();
    for (var tag : type.fields().entrySet()) {
      if (RANDOM.nextBoolean()) values.put(tag.getKey(), value(tag.getValue().type));
    }
    return values;
  }

  static Struct struct(Schema schema) {
    var struct = new Struct(schema);
    for (BoundField field : schema.fields()) struct.set(field, value(field.def.type));
    return struct;
  }

  static byte[] random(Class<?> type, short version) throws Exception {
    var schema = ((Schema[]) type.getField("SCHEMAS").get(null))[version];
    var struct = struct(schema);
    var bytes = ByteBuffer.allocate(schema.sizeOf(struct));
    schema.write(bytes, struct);
    return recode(type, bytes.array(), version);
  }

  static int check(List<String> lines, Set<String> names) throws Exception {
    int wrong = 0;
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      names.add(words[0]);
      Class<?> type = find(words[0]);
      if (type == null) continue;
      byte[] bytes = HexFormat.of().parseHex(words[2]), again = {};
      String error = "other bytes";
      try {
        again = recode(type, bytes, Short.parseShort(words[1]));
      } catch (RuntimeException refused) {
        error = refused.toString();
      }
      if (java.util.Arrays.equals(bytes, again)) continue;
      if (wrong++ < 20) System.out.printf("%s version %s: %s%n  %s%n  %s%n", words[0], words[1], error, words[2], HexFormat.of().formatHex(again));
    }
    return wrong;
  }

  public static void main(String[] words) throws Exception {
    var names = new LinkedHashSet<String>();
    List<String> lines = Files.readAllLines(Path.of(words[0]));
    int wrong = check(lines, names), written = 0;
    for (ApiMessageType type : ApiMessageType.values()) {
      if (type.lowestSupportedVersion() > type.highestSupportedVersion(true)) continue;  // gone, but for its number
      names.add(type.newRequest().getClass().getSimpleName().replaceFirst("Data$", ""));
      names.add(type.newResponse().getClass().getSimpleName().replaceFirst("Data$", ""));
    }
    try (BufferedWriter out = Files.newBufferedWriter(Path.of(words[1]))) {
      for (String name : names) {
        Class<?> type = find(name);
        if (type == null) {
          System.out.println("no class for " + name);
          continue;
        }
        short first = type.getField("LOWEST_SUPPORTED_VERSION").getShort(null), last = type.getField("HIGHEST_SUPPORTED_VERSION").getShort(null);
        for (short version = first; version <= last; version++) {
          for (int i = Integer.parseInt(words[2]); i > 0; i--, written++) {
            out.write(name + " " + version + " " + HexFormat.of().formatHex(random(type, version)) + "\n");
          }
        }
      }
    }
    System.out.printf("%d messages, %d read, %d not the same, %d written%n", names.size(), lines.size(), wrong, written);
  }
}
