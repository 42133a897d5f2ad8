// send_and_read SERVER TOPIC TEXT: sends one record to partition 0 and prints the partition from its beginning.
#include <kstream/consumer.h>
#include <kstream/producer.h>

#include <chrono>
#include <iostream>

using namespace std::chrono_literals;

int fail(const kstream::Error& error) { return std::cerr << error.to_string() << '\n', 1; }

int main(int, char** arguments) {
  const kstream::TopicPartition place{arguments[2], kstream::PartitionId(0)};
  kstream::ClientConfig config;
  if (auto status = config.set("bootstrap.servers", arguments[1]); !status) return fail(status.error());

  auto producer = kstream::Producer::create(config);
  if (!producer) return fail(producer.error());
  auto sent = producer->send(
      {.topic = place.topic, .partition = place.partition, .key = {}, .value = arguments[3], .headers = {}});
  if (sent) sent = producer->flush(10s);
  if (!sent) return fail(sent.error());

  auto consumer = kstream::Consumer::create(config);
  if (!consumer) return fail(consumer.error());
  const auto end = consumer->end_offsets({&place, 1}, 10s)[0].info;
  if (!end) return fail(end.error());
  const kstream::Assignment all{place, kstream::Offset(0)};
  if (auto status = consumer->assign({&all, 1}); !status) return fail(status.error());
  while (consumer->position(place) < end->offset) {
    const kstream::Fetched& fetched = consumer->poll(1s);
    if (fetched.error.code != kstream::ErrorCode::none) return fail(fetched.error);
    for (const auto& record : fetched.records) std::cout << record.value.value_or("(none)") << '\n';
  }
}
