import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;

/** The changes that the recorded metadata log contains: `java Topics.java ADDRESS first|second`. */
public class Topics {
  public static void main(String[] args) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
      if (args[1].equals("first")) {
        first(admin);
      } else {
        second(admin);
      }
    }
  }

  static void first(Admin admin) throws Exception {
    NewTopic orders =
        new NewTopic("orders", 3, (short) 1)
            .configs(new TreeMap<>(Map.of("retention.ms", "60000", "segment.bytes", "2097152")));
    NewTopic manual = new NewTopic("manual.topic", Map.of(0, List.of(1), 1, List.of(1)));
    admin.createTopics(List.of(orders, manual, new NewTopic("gone", 1, (short) 1))).all().get();
    admin.deleteTopics(List.of("gone")).all().get();
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "orders");
    AlterConfigOp back = new AlterConfigOp(new ConfigEntry("retention.ms", ""), AlterConfigOp.OpType.DELETE);
    admin.incrementalAlterConfigs(Map.of(resource, List.of(back))).all().get();
    admin.createPartitions(Map.of("orders", NewPartitions.increaseTo(4))).all().get();
  }

  /** One topic at a time, so that the snapshot that the first brings about ends behind it. */
  static void second(Admin admin) throws Exception {
    for (String name : List.of("zebra", "apple", "mango")) {
      NewTopic topic =
          new NewTopic(name, 2, (short) 1)
              .configs(new TreeMap<>(Map.of("max.message.bytes", "2000000", "cleanup.policy", "delete")));
      admin.createTopics(List.of(topic)).all().get();
      Thread.sleep(1500);
    }
  }
}
