#pragma once

#include "storage/directory.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace kstream::sim {

/// A directory whose every call takes a while: it yields before each.
class YieldingDirectory final : public storage::Directory {
 public:
  YieldingDirectory(storage::Directory& inner, std::function<void()> yield) : inner_(inner), yield_(std::move(yield)) {}

  Result<base::FileRef> open(const std::string& path, Open how) override { return yield_(), inner_.open(path, how); }
  Result<std::vector<Entry>> list(const std::string& folder) override { return yield_(), inner_.list(folder); }
  Result<bool> exists(const std::string& path) override { return yield_(), inner_.exists(path); }
  Status make_folder(const std::string& path) override { return yield_(), inner_.make_folder(path); }
  Status rename(const std::string& from, const std::string& to) override { return yield_(), inner_.rename(from, to); }
  Status remove(const std::string& path) override { return yield_(), inner_.remove(path); }
  Status sync_folder(const std::string& path) override { return yield_(), inner_.sync_folder(path); }
  Result<Space> space() override { return yield_(), inner_.space(); }
  const std::string& path() const override { return inner_.path(); }

 private:
  storage::Directory& inner_;
  std::function<void()> yield_;
};

}  // namespace kstream::sim
