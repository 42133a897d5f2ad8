#include "cli/record_sender.h"

#include <chrono>
#include <utility>

namespace kstream::cli {
namespace {

using std::chrono::milliseconds;

/// Short, so that send() comes back to look for signals and for brokers that are gone.
constexpr milliseconds kFlushFor(200);

constexpr std::string_view kForever = "2147483647";

}  // namespace

std::string said_of_repeats(const ProducerStats& stats) {
  if (stats.records_repeated == 0) return {};
  return "; " + std::to_string(stats.records_repeated) +
         " may be there twice: their answer was lost, and they were sent again";
}

bool RecordSender::fail(ExitCode code, const std::string& text) {
  if (result_ == ExitCode::done) result_ = console_.fail(code, text);
  return false;
}

bool RecordSender::open() {
  ClientConfig config = settings_.config;
  // What could be stored once should not be refused here: how large a record may be is for the broker to say.
  for (auto [name, value] : {std::pair{"batch.size", "262144"}, std::pair{"max.block.ms", "200"},
                             std::pair{"max.request.size", "104857600"}, std::pair{"buffer.memory", "8388608"}}) {
    if (config.is_set(name)) continue;
    if (auto set = config.set(name, value); !set) return fail(ExitCode::usage, set.error().detail);
  }
  if (patient_ && !config.is_set("delivery.timeout.ms")) {
    if (auto set = config.set("delivery.timeout.ms", kForever); !set) return fail(ExitCode::usage, set.error().detail);
  }
  auto producer = Producer::create(config, [this](const Delivery& delivery) {
    if (delivery.ok()) return ledger_.acknowledged(delivery.tags());
    ledger_.failed(delivery.tags());
    fail(exit_code_of(delivery.error().code), std::string(delivery.topic()) + " [" +
                                                  std::to_string(delivery.partition().value) +
                                                  "]: " + delivery.error().to_string());
  });
  if (!producer) return fail(ExitCode::usage, producer.error().detail);
  producer_ = std::move(*producer);
  return true;
}

bool RecordSender::check_topic(std::string_view topic) {
  if (known_.find(topic) != known_.end()) return true;
  std::string name(topic);
  auto count = producer_->partition_count(topic, settings_.timeout);
  while (patient_ && exit_code_of(count.code()) == ExitCode::unreachable && !signals_.stop_requested()) {
    wait_aloud(count.error());
    count = producer_->partition_count(topic, kFlushFor);
  }
  if (count.code() == ErrorCode::unknown_topic_or_partition)
    return fail(ExitCode::not_found,
                "there is no topic " + name + "; create it with: ktopics create " + name + settings_.same_cluster);
  if (!count) return fail(exit_code_of(count.code()), name + ": " + count.error().to_string());
  known_.insert(std::move(name));
  return true;
}

bool RecordSender::send(ProducerRecord& record) {
  if (!check_topic(record.topic)) return false;
  record.tag = ledger_.sent_count();
  while (result_ == ExitCode::done) {
    auto status = producer_->send(record);
    if (status) {
      ledger_.sent(0);
      return true;
    }
    if (status.code() != ErrorCode::request_timed_out)
      return fail(exit_code_of(status.code()), std::string(record.topic) + ": " + status.error().to_string());
    if (brokers_are_gone() || signals_.stop_requested()) return false;
  }
  return false;
}

bool RecordSender::poll() {
  producer_->poll(milliseconds(0));
  return result_ == ExitCode::done && !brokers_are_gone();
}

bool RecordSender::finish() {
  while (!ledger_.all_settled() && !brokers_are_gone()) {
    if (producer_->flush(kFlushFor).code() != ErrorCode::request_timed_out) break;
  }
  return result_ == ExitCode::done;
}

/// Says what is waited for, once.
void RecordSender::wait_aloud(const Error& trouble) {
  if (trouble.code != ErrorCode::none && trouble != last_trouble_) console_.note("waiting: " + trouble.to_string());
  last_trouble_ = trouble;
}

/// Whether brokers have been out of reach for too long while something waits for them.
bool RecordSender::brokers_are_gone() {
  if (ledger_.all_settled()) return false;
  auto trouble = producer_->stats().last_trouble;
  if (patient_ && !signals_.stop_requested()) {
    wait_aloud(trouble);
    return false;
  }
  if (!outage_.is_over(trouble.code, OutageClock::Clock::now())) return false;
  const bool no_topic = exit_code_of(trouble.code) == ExitCode::not_found;
  fail(no_topic ? ExitCode::not_found : ExitCode::unreachable, settings_.gave_up(trouble));
  return true;
}

}  // namespace kstream::cli
