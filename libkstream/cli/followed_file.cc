#include "cli/followed_file.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace kstream::cli {
namespace {

/// So many of the bytes that were read are compared with what the file has there.
constexpr std::size_t kCompared = 64;
/// Files of one name that wait for their turn. More are rotated faster than they can be read.
constexpr std::size_t kMostNext = 100;

struct stat status_of(int fd) {
  struct stat status {};
  ::fstat(fd, &status);
  return status;
}

bool is_same(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

}  // namespace

FollowedFile::~FollowedFile() {
  close();
  for (int fd : next_) ::close(fd);
}

void FollowedFile::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

FollowedFile::Look FollowedFile::look(Clock::time_point now, const Console& console) {
  if (over_) close();
  if (fd_ < 0) return open(now, console);
  notice();
  reader_->set_at_end(false);
  if (is_rewritten()) return begin_anew(now, console, " was written anew");
  switch (reader_->fill()) {
    case LineReader::Fill::more:
      last_growth_ = now;
      last_ += reader_->newest(kCompared);
      last_.erase(0, last_.size() - std::min(last_.size(), kCompared));
      return Look::input;
    case LineReader::Fill::end:
      return at_end(now, console);
    case LineReader::Fill::too_long:
      return Look::too_long;
    case LineReader::Fill::failed:
      return Look::failed;
    case LineReader::Fill::nothing:
      break;
  }
  return Look::nothing;
}

void FollowedFile::notice() {
  struct stat named {};
  if (fd_ < 0 || next_.size() >= kMostNext || ::stat(name_.c_str(), &named) != 0) return;
  if (is_same(named, status_of(fd_))) return;
  if (std::ranges::any_of(next_, [&](int fd) { return is_same(named, status_of(fd)); })) return;
  if (const int fd = ::open(name_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); fd >= 0) next_.push_back(fd);
}

FollowedFile::Look FollowedFile::open(Clock::time_point now, const Console& console) {
  over_ = false;
  if (next_.empty()) {
    fd_ = ::open(name_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  } else {
    fd_ = next_.front();
    next_.pop_front();
  }
  if (fd_ < 0) {
    if (!absent_told_) console.note("waiting for " + name_ + ": " + std::strerror(errno));
    absent_told_ = true;
    return Look::nothing;
  }
  absent_told_ = false;
  struct stat status {};
  if (::fstat(fd_, &status) != 0) return Look::failed;
  if (!S_ISREG(status.st_mode)) {
    errno = S_ISDIR(status.st_mode) ? EISDIR : ESPIPE;
    return Look::failed;
  }
  begin();
  last_growth_ = now;
  replaced_.reset();
  return Look::fresh;
}

void FollowedFile::begin() {
  reader_ = std::make_unique<LineReader>(fd_, delimiter_, limit_);
  last_.clear();
}

FollowedFile::Look FollowedFile::begin_anew(Clock::time_point now, const Console& console, const std::string& why) {
  console.note(name_ + why + ": reading it from its beginning");
  if (::lseek(fd_, 0, SEEK_SET) < 0) return Look::failed;
  begin();
  last_growth_ = now;
  return Look::fresh;
}

FollowedFile::Look FollowedFile::at_end(Clock::time_point now, const Console& console) {
  reader_->set_at_end(false);
  struct stat status {};
  if (::fstat(fd_, &status) != 0) return Look::failed;
  if (std::cmp_less(status.st_size, position())) {
    return begin_anew(
        now, console,
        " shrank from " + std::to_string(position()) + " to " + std::to_string(status.st_size) + " bytes");
  }
  bool rest = !reader_->rest().empty();
  if (!is_replaced()) {
    replaced_.reset();
  } else if (!replaced_) {
    replaced_ = now;
  }
  over_ = replaced_ && now - std::max(*replaced_, last_growth_) >= kLinger;
  if (over_ || (rest && partial_ && now - last_growth_ >= *partial_)) reader_->set_at_end(true);
  return over_ || (rest && reader_->at_end()) ? Look::input : Look::nothing;
}

/// Whether the name is another file's now, or nobody's.
bool FollowedFile::is_replaced() const {
  struct stat named {};
  return ::stat(name_.c_str(), &named) != 0 || !is_same(named, status_of(fd_));
}

/// Whether the file has other bytes where the last ones were read: it was cut off, and has grown again since. One that
/// is shorter now is left to at_end().
bool FollowedFile::is_rewritten() const {
  char bytes[kCompared];
  const auto from = static_cast<off_t>(position() - last_.size());
  const ssize_t got = ::pread(fd_, bytes, last_.size(), from);
  return std::cmp_equal(got, last_.size()) && last_ != std::string_view(bytes, last_.size());
}

FileWatch::FileWatch() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

FileWatch::~FileWatch() {
  if (fd_ >= 0) ::close(fd_);
}

void FileWatch::add(const std::string& name) {
  auto slash = name.rfind('/');
  std::string folder = slash == std::string::npos ? "." : name.substr(0, slash + 1);
  ::inotify_add_watch(fd_, name.c_str(), IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF);
  ::inotify_add_watch(fd_, folder.c_str(), IN_CREATE | IN_MOVED_TO);
}

void FileWatch::clear() const {
  char events[4096];
  while (::read(fd_, events, sizeof events) > 0) {
  }
}

}  // namespace kstream::cli
