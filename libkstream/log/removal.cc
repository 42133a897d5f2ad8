#include "log/log.h"

/// How a whole log leaves: its folder is renamed, so that another may have its name. Who asked for that removes it
/// later.
namespace kstream::log {

void Log::remove(std::string renamed) {
  renamed_ = std::move(renamed);
  for (auto& segment : segments_) segment.waiting.clear();
  removal_ = Removal::wanted;
  if (in_flight_ == 0 && !has_folder()) end_removal();
  dirty_ = removal_ == Removal::wanted;
}

/// Without renaming.
void Log::end_removal() {
  removal_ = Removal::ended;
  renamed_.clear();
}

void Log::take_removal(std::vector<Operation>& out) {
  if (removal_ == Removal::wanted && in_flight_ == 0) {
    // Of a log that failed the folder may still be its own, but not if it is another topic's.
    const bool own = !failure_ || failure_->code != ErrorCode::inconsistent_topic_id;
    if (!has_folder() || !own) return end_removal();
    removal_ = Removal::renaming;
    out.push_back(RenameFolder{folder_, renamed_});
  }
}

}  // namespace kstream::log
