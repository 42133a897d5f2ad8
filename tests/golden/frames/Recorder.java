import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Makes the Java clients send what they can: `java Recorder.java ADDRESS`. */
public class Recorder {
  static String address;
  static final TopicPartition FIRST = new TopicPartition("orders", 0);
  static final String BYTES = "org.apache.kafka.common.serialization.ByteArray";

  interface Call { Object run() throws Exception; }

  /** A call that the node may refuse: that is an answer too. */
  static void attempt(Call call) {
    try {
      call.run();
    } catch (Exception error) {
      System.err.println("refused: " + error);
    }
  }

  static Map<String, Object> config(Object... pairs) {
    var config = new HashMap<String, Object>(Map.of("bootstrap.servers", address));
    for (int i = 0; i < pairs.length; i += 2) config.put((String) pairs[i], pairs[i + 1]);
    for (String end : List.of("key", "value")) {
      config.put(end + ".serializer", BYTES + "Serializer");
      config.put(end + ".deserializer", BYTES + "Deserializer");
    }
    return config;
  }

  static ProducerRecord<byte[], byte[]> record(int partition) {
    var record = new ProducerRecord<>("orders", partition, 1700000000000L, "key".getBytes(), "value".getBytes());
    record.headers().add("h", "1".getBytes());
    return record;
  }

  static void until(BooleanSupplier done) {
    long end = System.nanoTime() + 30_000_000_000L;
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) throw new IllegalStateException("nothing came");
    }
  }

  static void produce() throws Exception {
    for (String acks : List.of("1", "all")) {
      try (var producer = new KafkaProducer<byte[], byte[]>(config("acks", acks, "enable.idempotence", false))) {
        producer.send(record(0)).get();
      }
    }
    try (var producer = new KafkaProducer<byte[], byte[]>(config())) {
      producer.send(record(1)).get();
    }
  }

  static void read() {
    try (var consumer = new KafkaConsumer<byte[], byte[]>(config("auto.offset.reset", "earliest"))) {
      consumer.assign(List.of(FIRST));
      until(() -> !consumer.poll(Duration.ofMillis(500)).isEmpty());
      consumer.offsetsForTimes(Map.of(FIRST, 1600000000000L));
      consumer.beginningOffsets(List.of(FIRST));
      consumer.endOffsets(List.of(FIRST));
      // Asks for the end of the epoch, for it may have been cut off.
      consumer.seek(FIRST, new OffsetAndMetadata(1, Optional.of(0), ""));
      consumer.poll(Duration.ofSeconds(1));
    }
  }

  static void join(Admin admin, String group, Object... more) {
    var config = config(more);
    config.putAll(Map.of("group.id", group, "auto.offset.reset", "earliest"));
    try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
      consumer.subscribe(List.of("orders"));
      until(() -> !consumer.poll(Duration.ofMillis(500)).isEmpty());
      consumer.commitSync();
      consumer.committed(Set.of(FIRST));
      for (int i = 0; i < 4; i++) consumer.poll(Duration.ofMillis(500));
      attempt(() -> group.equals("classic") ? admin.describeClassicGroups(List.of(group)).all().get()
                                            : admin.describeConsumerGroups(List.of(group)).all().get());
      attempt(() -> admin.listConsumerGroupOffsets(group).all().get());
      attempt(() -> { transact(consumer); return null; });
    }
  }

  static void transact(Consumer<byte[], byte[]> consumer) throws Exception {
    try (var producer = new KafkaProducer<byte[], byte[]>(config("transactional.id", "transactions"))) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(record(1)).get();
      producer.sendOffsetsToTransaction(Map.of(FIRST, new OffsetAndMetadata(1)), consumer.groupMetadata());
      producer.commitTransaction();
    }
  }

  static void share(Admin admin) throws Exception {
    var group = new ConfigResource(ConfigResource.Type.GROUP, "sharers");
    var earliest = new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(group, List.of(earliest))).all().get();
    try (var consumer = new KafkaShareConsumer<byte[], byte[]>(
        config("group.id", "sharers", "share.acknowledgement.mode", "explicit"))) {
      consumer.subscribe(List.of("orders"));
      until(() -> {
        var records = consumer.poll(Duration.ofMillis(500));
        records.forEach(record -> consumer.acknowledge(record));
        return !records.isEmpty();
      });
      consumer.commitSync();
      attempt(() -> admin.describeShareGroups(List.of("sharers")).all().get());
    }
    attempt(() -> admin.listShareGroupOffsets(Map.of("sharers", new ListShareGroupOffsetsSpec())).all().get());
    attempt(() -> admin.alterShareGroupOffsets("sharers", Map.of(FIRST, 1L)).all().get());
    attempt(() -> admin.deleteShareGroupOffsets("sharers", Set.of("orders")).all().get());
  }

  static void topics(Admin admin) {
    var made = new NewTopic("made", 2, (short) 1).configs(new TreeMap<>(Map.of("retention.ms", "-1")));
    var orders = new ConfigResource(ConfigResource.Type.TOPIC, "orders");
    var retention = new AlterConfigOp(new ConfigEntry("retention.ms", "3600000"), AlterConfigOp.OpType.SET);
    attempt(() -> admin.createTopics(List.of(made, new NewTopic("gone", 1, (short) 1))).all().get());
    attempt(() -> admin.listTopics().names().get());
    attempt(() -> admin.describeTopics(List.of("orders")).allTopicNames().get());
    attempt(() -> admin.incrementalAlterConfigs(Map.of(orders, List.of(retention))).all().get());
    attempt(() -> admin.describeConfigs(List.of(orders)).all().get());
    attempt(() -> admin.listConfigResources().all().get());
    attempt(() -> admin.createPartitions(Map.of("orders", NewPartitions.increaseTo(3))).all().get());
    for (OffsetSpec spec : List.of(OffsetSpec.maxTimestamp(), OffsetSpec.earliest(), OffsetSpec.latest(),
             OffsetSpec.forTimestamp(1600000000000L), OffsetSpec.earliestLocal(), OffsetSpec.latestTiered())) {
      attempt(() -> admin.listOffsets(Map.of(FIRST, spec)).all().get());
    }
    attempt(() -> admin.deleteRecords(Map.of(FIRST, RecordsToDelete.beforeOffset(1))).all().get());
    attempt(() -> admin.describeProducers(List.of(new TopicPartition("orders", 1))).all().get());
    attempt(() -> admin.electLeaders(ElectionType.PREFERRED, Set.of(FIRST)).all().get());
    var to = Optional.of(new NewPartitionReassignment(List.of(1)));
    attempt(() -> admin.alterPartitionReassignments(Map.of(FIRST, to)).all().get());
    attempt(() -> admin.listPartitionReassignments().reassignments().get());
    attempt(() -> admin.deleteTopics(List.of("gone")).all().get());
  }

  static void cluster(Admin admin) {
    attempt(() -> admin.describeCluster().nodes().get());
    attempt(() -> admin.describeFeatures().featureMetadata().get());
    var share = new FeatureUpdate((short) 0, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE);
    var dry = new UpdateFeaturesOptions().validateOnly(true);
    attempt(() -> admin.updateFeatures(Map.of("share.version", share), dry).all().get());
    attempt(() -> admin.describeMetadataQuorum().quorumInfo().get());
    attempt(() -> admin.addRaftVoter(7, Uuid.ONE_UUID, Set.of(new RaftVoterEndpoint("C", "127.0.0.1", 1))).all().get());
    attempt(() -> admin.removeRaftVoter(7, Uuid.ONE_UUID).all().get());
    attempt(() -> admin.unregisterBroker(7).all().get());
    attempt(() -> admin.unregisterController(7).all().get());
    attempt(() -> {
      String folder = admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).keySet().iterator().next();
      var replica = new TopicPartitionReplica("orders", 0, 1);
      return admin.alterReplicaLogDirs(Map.of(replica, folder)).all().get();
    });
  }

  static void security(Admin admin) {
    var binding = new AclBinding(new ResourcePattern(ResourceType.TOPIC, "orders", PatternType.LITERAL),
        new AccessControlEntry("User:somebody", "*", AclOperation.READ, AclPermissionType.ALLOW));
    attempt(() -> admin.createAcls(List.of(binding)).all().get());
    attempt(() -> admin.describeAcls(AclBindingFilter.ANY).values().get());
    attempt(() -> admin.deleteAcls(List.of(binding.toFilter())).all().get());
    var somebody = new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "somebody"));
    var rate = new ClientQuotaAlteration.Op("producer_byte_rate", 1e6);
    attempt(() -> admin.alterClientQuotas(List.of(new ClientQuotaAlteration(somebody, List.of(rate)))).all().get());
    attempt(() -> admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get());
    var scram = new UserScramCredentialUpsertion("somebody",
        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), "secret".getBytes(), "salt".getBytes());
    attempt(() -> admin.alterUserScramCredentials(List.of(scram)).all().get());
    attempt(() -> admin.describeUserScramCredentials().all().get());
    attempt(() -> admin.createDelegationToken().delegationToken().get());
    attempt(() -> admin.describeDelegationToken().delegationTokens().get());
    attempt(() -> admin.renewDelegationToken(new byte[] {1}).expiryTimestamp().get());
    attempt(() -> admin.expireDelegationToken(new byte[] {1}).expiryTimestamp().get());
  }

  static void groups(Admin admin) {
    attempt(() -> admin.listGroups().all().get());
    attempt(() -> admin.alterConsumerGroupOffsets("classic", Map.of(FIRST, new OffsetAndMetadata(1))).all().get());
    attempt(() -> admin.deleteConsumerGroupOffsets("classic", Set.of(FIRST)).all().get());
    attempt(() -> admin.deleteConsumerGroups(List.of("classic")).all().get());
    attempt(() -> admin.listTransactions().all().get());
    attempt(() -> admin.describeTransactions(List.of("transactions")).all().get());
    attempt(() -> admin.abortTransaction(
        new AbortTransactionSpec(new TopicPartition("orders", 1), 4242, (short) 0, 0)).all().get());
    attempt(() -> admin.fenceProducers(List.of("transactions")).all().get());
  }

  public static void main(String[] arguments) throws Exception {
    address = arguments[0];
    produce();
    read();
    try (Admin admin = Admin.create(config())) {
      join(admin, "classic", "group.protocol", "classic", "heartbeat.interval.ms", "500");
      join(admin, "modern", "group.protocol", "consumer");
      attempt(() -> { share(admin); return null; });
      topics(admin);
      cluster(admin);
      security(admin);
      groups(admin);
    }
  }
}
