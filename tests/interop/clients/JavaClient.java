import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.protocol.Errors;

/** The Java client, told what to do as drivers.py describes: {@code JavaClient ADDRESS}. */
public class JavaClient {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String BYTES = "org.apache.kafka.common.serialization.ByteArray";
  static final Duration TICK = Duration.ofMillis(100);
  static String address;
  static Admin admin;
  static KafkaConsumer<byte[], byte[]> open;

  static Map<String, Object> config(Object... pairs) {
    var config = new HashMap<String, Object>(Map.of("bootstrap.servers", address));
    for (String end : List.of("key", "value")) {
      config.put(end + ".serializer", BYTES + "Serializer");
      config.put(end + ".deserializer", BYTES + "Deserializer");
    }
    for (int i = 0; i < pairs.length; i += 2) config.put((String) pairs[i], pairs[i + 1]);
    return config;
  }

  static byte[] bytes(JsonNode text) {
    return text.isNull() ? null : Base64.getDecoder().decode(text.asText());
  }

  static String text(byte[] bytes) {
    return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
  }

  static TopicPartition partition(JsonNode from) {
    return new TopicPartition(from.get("topic").asText(), from.get("partition").asInt());
  }

  static List<TopicPartition> partitions(JsonNode list) {
    var result = new ArrayList<TopicPartition>();
    for (JsonNode one : list) result.add(new TopicPartition(one.get(0).asText(), one.get(1).asInt()));
    return result;
  }

  static Object produce(JsonNode call) throws Exception {
    String acks = call.get("acks").asText();
    var offsets = new ArrayList<Long>();
    try (var producer = new KafkaProducer<byte[], byte[]>(config("acks", acks, "compression.type", call.get("codec").asText(),
             "enable.idempotence", false, "linger.ms", 20, "max.request.size", 4 << 20))) {
      var sent = new ArrayList<Future<RecordMetadata>>();
      for (JsonNode from : call.get("records")) {
        var record = new ProducerRecord<>(call.get("topic").asText(), call.get("partition").asInt(), from.get(2).asLong(),
            bytes(from.get(0)), bytes(from.get(1)));
        for (JsonNode header : from.get(3)) record.headers().add(header.get(0).asText(), bytes(header.get(1)));
        sent.add(producer.send(record));
      }
      producer.flush();
      for (var one : sent) offsets.add(one.get().offset());
    }
    return acks.equals("0") ? null : offsets;
  }

  static Object record(ConsumerRecord<byte[], byte[]> record) {
    var headers = new ArrayList<Object>();
    for (Header header : record.headers()) headers.add(Arrays.asList(header.key(), text(header.value())));
    return Arrays.asList(record.offset(), record.timestamp(), text(record.key()), text(record.value()), headers);
  }

  static Object consume(JsonNode call) {
    var partition = partition(call);
    int count = call.get("count").asInt();
    var got = new ArrayList<Object>();
    try (var consumer = new KafkaConsumer<byte[], byte[]>(config("auto.offset.reset", "none", "fetch.max.wait.ms", 100))) {
      consumer.assign(List.of(partition));
      if (call.has("time")) {
        var found = consumer.offsetsForTimes(Map.of(partition, call.get("time").asLong())).get(partition);
        if (found == null) return got;
        consumer.seek(partition, found.offset());
      } else {
        consumer.seek(partition, call.get("offset").asLong());
      }
      for (long end = System.nanoTime() + 30_000_000_000L; got.size() < count && System.nanoTime() < end;) {
        consumer.poll(TICK).forEach(record -> got.add(record(record)));
      }
    }
    return got.subList(0, Math.min(count, got.size()));
  }

  static Object assign(JsonNode call) {
    if (open == null) open = new KafkaConsumer<>(config("auto.offset.reset", "earliest", "max.poll.records", 100));
    open.assign(partitions(call.get("partitions")));
    return null;
  }

  static Object poll(JsonNode call) {
    var got = new ArrayList<Object>();
    long end = System.nanoTime() + (long) (call.get("seconds").asDouble() * 1e9);
    do {
      open.poll(TICK).forEach(r -> got.add(Arrays.asList(r.topic(), r.partition(), r.offset(), text(r.value()))));
    } while (System.nanoTime() < end);
    return got;
  }

  static Object offsets(JsonNode call) throws Exception {
    var partition = partition(call);
    var offsets = new ArrayList<Long>();
    for (var spec : List.of(OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.forTimestamp(call.get("time").asLong()))) {
      offsets.add(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get().offset());
    }
    return offsets;
  }

  static ConfigResource topic(JsonNode call) {
    return new ConfigResource(ConfigResource.Type.TOPIC, call.get("topic").asText());
  }

  static Object create(JsonNode call) throws Exception {
    var topic = new NewTopic(call.get("topic").asText(), call.get("partitions").asInt(), (short) 1);
    topic.configs(JSON.convertValue(call.get("configs"), Map.class));
    return admin.createTopics(List.of(topic)).all().get();
  }

  static Object describe(JsonNode call) throws Exception {
    String name = call.get("topic").asText();
    return admin.describeTopics(List.of(name)).allTopicNames().get().get(name).partitions().size();
  }

  static Object cluster() throws Exception {
    var cluster = admin.describeCluster();
    var addresses = new TreeSet<String>();
    for (var node : cluster.nodes().get()) addresses.add(node.host() + ":" + node.port());
    return Map.of("cluster", cluster.clusterId().get(), "brokers", addresses);
  }

  static Object setConfigs(JsonNode call) throws Exception {
    var changes = new ArrayList<AlterConfigOp>();
    call.get("configs").fields().forEachRemaining(entry -> changes.add(new AlterConfigOp(
        new ConfigEntry(entry.getKey(), entry.getValue().isNull() ? null : entry.getValue().asText()),
        entry.getValue().isNull() ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET)));
    return admin.incrementalAlterConfigs(Map.of(topic(call), changes)).all().get();
  }

  static Object configs(JsonNode call) throws Exception {
    var result = new TreeMap<String, String>();
    for (var entry : admin.describeConfigs(List.of(topic(call))).all().get().get(topic(call)).entries()) {
      result.put(entry.name(), entry.value());
    }
    return result;
  }

  static Object deleteRecords(JsonNode call) throws Exception {
    var to = Map.of(partition(call), RecordsToDelete.beforeOffset(call.get("offset").asLong()));
    return admin.deleteRecords(to).lowWatermarks().get(partition(call)).get().lowWatermark();
  }

  /** The bytes of each partition's folder. */
  static Object logDirs() throws Exception {
    var sizes = new TreeMap<String, Long>();
    for (var node : admin.describeCluster().nodes().get()) {
      for (var directory : admin.describeLogDirs(List.of(node.id())).allDescriptions().get().get(node.id()).values()) {
        directory.replicaInfos().forEach((partition, replica) -> sizes.put(partition.toString(), replica.size()));
      }
    }
    return sizes;
  }

  static Object features() throws Exception {
    var result = new TreeMap<String, Object>();
    admin.describeFeatures().featureMetadata().get().finalizedFeatures().forEach((name, range) -> result.put(name, range.maxVersionLevel()));
    return result;
  }

  static Object updateFeature(JsonNode call) throws Exception {
    var to = new FeatureUpdate((short) call.get("level").asInt(), FeatureUpdate.UpgradeType.UPGRADE);
    return admin.updateFeatures(Map.of(call.get("feature").asText(), to), new UpdateFeaturesOptions().validateOnly(true)).all().get();
  }

  static Object quorum() throws Exception {
    var quorum = admin.describeMetadataQuorum().quorumInfo().get();
    var voters = new ArrayList<Integer>();
    quorum.voters().forEach(voter -> voters.add(voter.replicaId()));
    return Map.of("leader", quorum.leaderId(), "voters", voters);
  }

  static Object run(JsonNode call) throws Exception {
    switch (call.get("do").asText()) {
      case "produce": return produce(call);
      case "consume": return consume(call);
      case "assign": return assign(call);
      case "pause": open.pause(partitions(call.get("partitions"))); return null;
      case "resume": open.resume(partitions(call.get("partitions"))); return null;
      case "poll": return poll(call);
      case "offsets": return offsets(call);
      case "create": return create(call);
      case "topics": return new TreeSet<>(admin.listTopics().names().get());
      case "describe": return describe(call);
      case "cluster": return cluster();
      case "delete": return admin.deleteTopics(List.of(call.get("topic").asText())).all().get();
      case "grow": return admin.createPartitions(Map.of(call.get("topic").asText(), NewPartitions.increaseTo(call.get("partitions").asInt()))).all().get();
      case "set_configs": return setConfigs(call);
      case "configs": return configs(call);
      case "delete_records": return deleteRecords(call);
      case "log_dirs": return logDirs();
      case "features": return features();
      case "update_feature": return updateFeature(call);
      case "quorum": return quorum();
      default: throw new UnsupportedOperationException();
    }
  }

  static Map<String, Object> answer(JsonNode call) {
    var answer = new HashMap<String, Object>();
    try {
      answer.put("ok", run(call));
    } catch (UnsupportedOperationException unknown) {
      answer.put("cannot", true);
    } catch (Throwable error) {
      Throwable cause = error instanceof ExecutionException ? error.getCause() : error;
      answer.put("error", cause instanceof ApiException ? Errors.forException(cause).name() : cause.getClass().getSimpleName());
      answer.put("text", String.valueOf(cause.getMessage()));
    }
    return answer;
  }

  public static void main(String[] words) throws Exception {
    address = words[0];
    admin = Admin.create(config());
    var in = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = in.readLine()) != null;) System.out.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
    System.exit(0);
  }
}
