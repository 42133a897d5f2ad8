#include "storage/recover.h"

#include "log/checkpoint.h"
#include "log/segment.h"
#include "storage/check_segment.h"
#include "storage/recover_epochs.h"
#include "storage/segment_files.h"

#include <algorithm>
#include <set>

namespace kstream::storage {
namespace {

class Recovery {
 public:
  Recovery(Directory& directory, const RecoverRequest& request, const log::LogConfig& config, base::Now now)
      : directory_(directory), request_(request), config_(config) {
    recovered_.now = now.wall;
    if (request.trust == Trust::clean) recovery_point_ = kMaxOffset;
  }

  Result<log::RecoveredLog> run() {
    for (auto step : {&Recovery::check_topic, &Recovery::find_segments, &Recovery::clean_folder,
                      &Recovery::check_segments, &Recovery::find_start, &Recovery::recover_leader_epochs}) {
      if (auto done = (this->*step)(); !done) return done.error();
    }
    // Not raised to the log start: what lies below that is still in the file of the first segment, synced or not.
    const auto least = recovered_.segments.empty() ? recovered_.start : recovered_.segments.front().base;
    recovered_.recovery_point = std::clamp(recovery_point_, least, recovered_.end);
    return std::move(recovered_);
  }

 private:
  std::string path(const std::string& name) const { return request_.folder + "/" + name; }
  Error error(ErrorCode code, const std::string& what) const {
    return {code, directory_.path() + "/" + request_.folder + ": " + what};
  }

  Status check_topic() {
    const std::string name = path(log::kPartitionMetadata);
    auto there = directory_.exists(name);
    if (!there) return std::move(there).error();
    if (!*there) return replace_file(directory_, name, log::print_partition_metadata(request_.topic_id));
    auto text = read_file(directory_, name, log::kPartitionMetadataLimit);
    if (!text) return std::move(text).error();
    auto id = log::parse_partition_metadata(*text);
    if (!id) return error(ErrorCode::corrupt_message, "partition.metadata is damaged: " + id.error().detail);
    if (*id == request_.topic_id) return {};
    return error(ErrorCode::inconsistent_topic_id,
                 "it belongs to the topic with id " + id->to_string() + ", not " + request_.topic_id.to_string());
  }

  /// Segments are removed from the front, and the last one stays: if there is none of what was synced, somebody else
  /// took it.
  Status find_segments() {
    auto entries = directory_.list(request_.folder);
    if (!entries) return std::move(entries).error();
    for (const auto& entry : *entries) {
      if (auto file = parse_segment_file(entry.name); file && file->suffix == ".log") bases_.insert(file->base);
    }
    if (!bases_.empty() || request_.recovery_point <= request_.log_start) return {};
    return error(ErrorCode::kafka_storage_error, gone());
  }

  std::string gone() const {
    return "the log ends at offset " + std::to_string(recovered_.end.value) + ", but was synced up to offset " +
           std::to_string(request_.recovery_point.value) + ": put the missing files back, or delete the topic";
  }

  /// Removes what an earlier run did not finish or did not get to remove.
  Status clean_folder() {
    auto entries = directory_.list(request_.folder);
    if (!entries) return std::move(entries).error();
    for (const auto& entry : *entries) {
      const std::string_view name = entry.name;
      if (name.ends_with(".swap")) {
        return error(ErrorCode::kafka_storage_error,
                     entry.name + " is left of a compaction by Apache Kafka; start that once, so that it ends it");
      }
    }
    for (const auto& entry : *entries) {
      const std::string_view name = entry.name;
      const bool unfinished = name.ends_with(".deleted") || name.ends_with(".cleaned") || name.ends_with(".tmp");
      const auto file = parse_segment_file(name);
      const bool orphan = file && file->suffix.ends_with("index") && !bases_.contains(file->base);
      if (!unfinished && !orphan) continue;
      if (auto removed = directory_.remove(path(entry.name)); !removed) return removed;
      if (orphan) recovered_.notes.push_back(path(entry.name) + ": removed: it belongs to no segment");
    }
    return {};
  }

  Status check_segments() {
    for (auto base = bases_.begin(); base != bases_.end();) {
      const auto next = std::next(base);
      SegmentToCheck what{.folder = request_.folder,
                          .base = *base,
                          .limit = next == bases_.end() ? kMaxOffset : *next,
                          .is_last = next == bases_.end(),
                          .belief = Belief::nothing,
                          .index_interval_bytes = config_.index_interval_bytes};
      what.belief = belief(what);
      auto checked = check_segment(directory_, what);
      if (!checked) return std::move(checked).error();
      if (checked->damage.empty() && !what.is_last && checked->end < what.limit) {
        checked->damage = checked->segment.file->name() + ": offsets " + std::to_string(checked->end.value) + " to " +
                          std::to_string(what.limit.value - 1) + " are missing";
      }
      if (!checked->damage.empty()) {
        if (auto cut = cut_behind(what, *checked); !cut) return cut;
      }
      if (auto completed = complete(what, *checked); !completed) return completed;
      base = bases_.upper_bound(what.base);
    }
    if (recovered_.end < request_.recovery_point && !bases_.empty())
      return error(ErrorCode::kafka_storage_error, gone());
    return {};
  }

  Belief belief(const SegmentToCheck& what) const {
    if (!what.is_last && what.limit <= recovery_point_) return Belief::all;
    return request_.trust == Trust::other_boot ? Belief::nothing : Belief::indexed;
  }

  Status complete(const SegmentToCheck& what, CheckedSegment& checked) {
    if (!checked.believed) {
      if (auto completed = complete_indexes(directory_, what, checked); !completed) return completed;
    }
    if (checked.rebuilt) {
      recovered_.notes.push_back(log::segment_path(request_.folder, what.base, ".index") +
                                 ": rebuilt, with its .timeindex");
    }
    recovered_.end = checked.end;
    for (const auto& entry : checked.epochs) epochs_read_.push_back(entry);
    recovered_.segments.push_back(std::move(checked.segment));
    return {};
  }

  /// Ends the log behind the last whole batch of a segment, which becomes the last one.
  Status cut_behind(SegmentToCheck& what, CheckedSegment& checked) {
    if (checked.end < recovery_point_) {
      return {ErrorCode::corrupt_message,
              directory_.path() + "/" + checked.damage + "; that was synced, so nothing is cut"};
    }
    recovered_.notes.push_back(checked.damage + "; cut there, and " +
                               std::to_string(checked.file_bytes - checked.segment.bytes) + " bytes are gone");
    // The damage goes last: a crash before that leaves it to be found again.
    auto removed = remove_segments(bases_.upper_bound(what.base), "it lies behind the cut");
    if (!removed) return removed;
    auto opened = directory_.open(log::segment_path(request_.folder, what.base, ".log"), Directory::Open::write);
    if (!opened) return std::move(opened).error();
    if (auto cut = file(*opened).truncate(checked.segment.bytes); !cut) return cut;
    checked.segment.file = std::move(*opened);
    what.is_last = true;
    return file(checked.segment.file).sync();
  }

  Status remove_segments(std::set<Offset>::iterator from, const char* why) {
    for (auto base = from; base != bases_.end(); base = bases_.erase(base)) {
      for (const char* suffix : kSegmentSuffixes) {
        if (auto removed = directory_.remove(log::segment_path(request_.folder, *base, suffix)); !removed)
          return removed;
      }
      recovered_.notes.push_back(log::segment_path(request_.folder, *base, ".log") + ": removed: " + why);
    }
    return directory_.sync_folder(request_.folder);
  }

  /// A log that ends below its start, which the checkpoint holds, lost what was not synced: it goes on at the start.
  Status find_start() {
    recovered_.start = bases_.empty() ? request_.log_start : std::max(request_.log_start, *bases_.begin());
    if (recovered_.end >= recovered_.start) return {};
    recovered_.end = recovered_.start;
    recovered_.segments.clear();
    epochs_read_.clear();
    return remove_segments(bases_.begin(), "the log starts behind it");
  }

  Status recover_leader_epochs() {
    auto epochs = recover_epochs(directory_, request_.folder, recovered_, epochs_read_);
    if (!epochs) return std::move(epochs).error();
    recovered_.epochs = std::move(*epochs);
    return {};
  }

  Directory& directory_;
  const RecoverRequest& request_;
  Offset recovery_point_ = request_.recovery_point;  ///< below it nothing is cut
  const log::LogConfig& config_;
  log::RecoveredLog recovered_;
  std::set<Offset> bases_;
  std::vector<log::Epochs::Entry> epochs_read_;
};

}  // namespace

Result<log::RecoveredLog> recover(Directory& directory, const RecoverRequest& request, const log::LogConfig& config,
                                  base::Now now) {
  return Recovery(directory, request, config, now).run();
}

}  // namespace kstream::storage
