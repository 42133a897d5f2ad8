#include "cli/read_range.h"

#include "cli/topic_names.h"

#include <kstream/producer.h>

#include <algorithm>
#include <map>
#include <utility>

namespace kstream::cli {
namespace {

using Kind = PositionExpression::Kind;

/// No log gets that far, but the year 2001 in milliseconds begins here.
constexpr std::int64_t kLikeATime = 1'000'000'000'000;

/// One partition to ask about, and for which target.
struct Wanted {
  TopicPartition partition;
  const Target* target;
};

Error whole(const std::string& subject, const Error& error) { return {error.code, subject + ": " + error.to_string()}; }

Error no_topic(const std::string& name, const RangeQuestion& question) {
  return {ErrorCode::unknown_topic_or_partition,
          "there is no topic " + name + "; create it with: ktopics create " + name + question.same_cluster};
}

Error no_partition(const std::string& name, std::int32_t count, const RangeQuestion& question) {
  return {ErrorCode::unknown_topic_or_partition, name + " has partitions 0 to " + std::to_string(count - 1) +
                                                     "; see: ktopics describe " + name + question.same_cluster};
}

/// The targets with the topics that their globs stand for.
Result<std::vector<Target>> expand_targets(Admin& admin, const RangeQuestion& question,
                                           std::vector<std::string>& notes) {
  std::vector<std::string> names;
  names.reserve(question.targets.size());
  for (const Target& target : question.targets) names.push_back(target.topic);
  auto expanded = question.regexes ? expand_regexes(admin, names, question.internal, question.timeout)
                                   : expand_topics(admin, names, question.internal, question.timeout);
  if (!expanded) return Error{expanded.error().code, expanded.error().to_string()};
  std::vector<Target> targets;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((*expanded)[i].empty()) notes.push_back("no topic fits '" + names[i] + "'");
    for (auto& name : (*expanded)[i]) {
      const bool meant = !question.regexes && !is_glob(names[i]);
      if (!question.copy_to.empty() && name == question.copy_to && (!meant || question.follow)) {
        if (!meant) continue;
        return Error{ErrorCode::invalid_request, name + " would be copied into itself without end"};
      }
      targets.push_back(question.targets[i]);
      targets.back().topic = std::move(name);
    }
  }
  return targets;
}

Result<std::vector<Wanted>> find_partitions(Admin& admin, const std::vector<Target>& targets,
                                            const RangeQuestion& question, std::vector<std::string>& notes) {
  std::vector<std::string> names;
  names.reserve(targets.size());
  for (const Target& target : targets) names.push_back(target.topic);
  auto described = admin.describe_topics(names, question.timeout);
  if (!described) return Error{described.error().code, described.error().to_string()};
  std::vector<Wanted> all;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& [name, topic] = (*described)[i];
    if (topic.code() == ErrorCode::unknown_topic_or_partition) {
      return no_topic(name, question);
    }
    if (!topic) return whole(name, topic.error());
    auto count = static_cast<std::int32_t>(topic->partitions.size());
    auto only = targets[i].partitions;
    if (only.empty() && question.key) {
      auto of_key = partition_of_key(*question.key, count).value;
      only.push_back({of_key, of_key});
      if (count > 1)
        notes.push_back("only " + shown({name, PartitionId(of_key)}) +
                        " is read, where Kafka's Java client puts this key now; to look in all: -p 0-" +
                        std::to_string(count - 1));
    }
    auto partitions = select_partitions(only, count);
    if (!partitions) {
      return no_partition(name, count, question);
    }
    for (PartitionId partition : *partitions) {
      all.push_back({{name, partition}, &targets[i]});
    }
  }
  return all;
}

bool is_time(const std::optional<PositionExpression>& position) { return position && position->kind == Kind::time; }

/// Queries of many partitions, and where in the facts their answers go.
struct Queries {
  struct Slot {
    std::size_t partition;
    Offset& (*field)(RangeFacts&);
  };
  std::vector<OffsetQuery> queries;
  std::vector<Slot> slots;

  void add(const TopicPartition& partition, OffsetSpec spec, std::size_t index, Offset& (*field)(RangeFacts&)) {
    queries.push_back({partition, spec});
    slots.push_back({index, field});
  }
  /// Asks, and notes the first failure of each partition in `failed`.
  void ask(Admin& admin, bool read_committed, std::chrono::milliseconds timeout, std::vector<RangeFacts>& facts,
           std::map<std::size_t, Error>& failed) const {
    auto answers = admin.list_offsets(queries, read_committed, timeout);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (answers[i].info) {
        slots[i].field(facts[slots[i].partition]) = answers[i].info->offset;
      } else {
        failed.try_emplace(slots[i].partition, answers[i].info.error());
      }
    }
  }
};

std::vector<RangeFacts> ask_offsets(Admin& admin, const std::vector<Wanted>& wanted, const RangeQuestion& question,
                                    std::map<std::size_t, Error>& failed) {
  std::vector<RangeFacts> facts(wanted.size());
  Queries ranges, watermarks;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& [partition, target] = wanted[i];
    ranges.add(partition, kBeginning, i, [](RangeFacts& f) -> Offset& { return f.offsets.beginning; });
    ranges.add(partition, kEnd, i, [](RangeFacts& f) -> Offset& { return f.offsets.end; });
    if (is_time(target->from))
      ranges.add(partition, {target->from->time}, i, [](RangeFacts& f) -> Offset& { return f.from_at_time; });
    if (is_time(target->until))
      ranges.add(partition, {Timestamp(target->until->time.value + question.grace.count())}, i,
                 [](RangeFacts& f) -> Offset& { return f.until_at_time; });
    watermarks.add(partition, kEnd, i, [](RangeFacts& f) -> Offset& { return f.high_watermark; });
  }
  ranges.ask(admin, question.read_committed, question.timeout, facts, failed);
  if (question.read_committed && !question.follow) watermarks.ask(admin, false, question.timeout, facts, failed);
  return facts;
}

bool overlap(const ReadRange& a, const ReadRange& b) {
  const auto ends_before = [](const ReadRange& one, const ReadRange& other) {
    return one.until && *one.until <= other.start;
  };
  return !ends_before(a, b) && !ends_before(b, a);
}

/// That no record would be shown twice.
Status check_repeats(const ReadRanges& ranges, bool once) {
  std::map<TopicPartition, std::vector<const ReadRange*>> known;
  for (const ReadRange& range : ranges) {
    auto& others = known[range.partition];
    if (once && !others.empty()) return {ErrorCode::invalid_request, shown(range.partition) + " is named twice"};
    for (const ReadRange* other : others) {
      if (overlap(*other, range))
        return {ErrorCode::invalid_request, shown(range.partition) + " is named twice, and the ranges overlap"};
    }
    others.push_back(&range);
  }
  return {};
}

}  // namespace

std::string shown(const TopicPartition& partition) {
  return partition.topic + " [" + std::to_string(partition.partition.value) + ']';
}

std::optional<std::vector<PartitionId>> select_partitions(const std::vector<PartitionRange>& wanted,
                                                          std::int32_t count) {
  std::vector<PartitionId> partitions;
  auto add = [&](std::int32_t first, std::int32_t last) {
    for (std::int32_t p = first; p <= last; ++p) partitions.emplace_back(p);
  };
  if (wanted.empty()) add(0, count - 1);
  for (const PartitionRange& range : wanted) {
    if (range.last >= count) return std::nullopt;
    add(range.first, range.last);
  }
  return partitions;
}

ReadRange make_range(const TopicPartition& partition, const Target& target, const RangeFacts& facts, bool follow,
                     RangeAnswer& answer) {
  std::vector<std::string>& notes = answer.notes;
  ReadRange range{partition, resolve(*target.from, facts.offsets, facts.from_at_time), {}, {}, {}, {}, kNoOffset,
                  false};
  if (is_time(target.from)) range.from_time = target.from->time;
  if (is_time(target.until)) range.until_time = target.until->time;
  if (range.from < facts.offsets.beginning) {
    std::string gone = shown(partition) + ": offset " + std::to_string(range.from.value) +
                       " is gone; the first one is " + std::to_string(facts.offsets.beginning.value);
    // 0 is said for the beginning, and who follows takes what comes.
    const bool fine = follow || range.from == Offset(0);
    fine ? notes.push_back(std::move(gone))
         : answer.failures.push_back({ErrorCode::offset_out_of_range, std::move(gone)});
    range.from = facts.offsets.beginning;
  }
  if (range.from > facts.offsets.end) {
    notes.push_back(shown(partition) + ": offset " + std::to_string(range.from.value) + " is behind the end, " +
                    std::to_string(facts.offsets.end.value) + (follow ? "; waiting for it" : "") +
                    (range.from.value >= kLikeATime ? "; a time is written @" + std::to_string(range.from.value) : ""));
  }
  range.start = std::min(range.from, facts.offsets.end);
  if (follow && is_time(target.until) && facts.until_at_time == kNoOffset) {
    // The end is where the log is when that time is over.
  } else if (target.until) {
    range.until = resolve(*target.until, facts.offsets, facts.until_at_time);
    if (!follow) range.until = std::min(*range.until, facts.offsets.end);
  } else if (!follow) {
    range.until = facts.offsets.end;
  }
  if (facts.high_watermark > facts.offsets.end && range.until == facts.offsets.end) {
    notes.push_back(shown(partition) + ": an open transaction hides the records from offset " +
                    std::to_string(facts.offsets.end.value) + " on; --isolation-level read_uncommitted shows them");
  }
  return range;
}

Result<RangeAnswer> find_ranges(Admin& admin, const RangeQuestion& question) {
  RangeAnswer answer;
  auto targets = expand_targets(admin, question, answer.notes);
  if (!targets) return std::move(targets).error();
  auto wanted = find_partitions(admin, *targets, question, answer.notes);
  if (!wanted) return wanted.error();
  std::map<std::size_t, Error> failed;
  auto facts = ask_offsets(admin, *wanted, question, failed);
  for (std::size_t i = 0; i < wanted->size(); ++i) {
    const auto& [partition, target] = (*wanted)[i];
    if (auto failure = failed.find(i); failure != failed.end()) {
      answer.failures.push_back(whole(shown(partition), failure->second));
    } else {
      answer.ranges.push_back(make_range(partition, *target, facts[i], question.follow, answer));
    }
  }
  if (auto repeats = check_repeats(answer.ranges, question.once); !repeats) return repeats.error();
  return answer;
}

}  // namespace kstream::cli
