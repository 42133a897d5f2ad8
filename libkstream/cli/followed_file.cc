#include "cli/followed_file.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kstream::cli {

void FollowedFile::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

FollowedFile::Look FollowedFile::look(Clock::time_point now, const Console& console) {
  if (over_) close();
  if (fd_ < 0) return open(now, console);
  reader_->set_at_end(false);
  switch (reader_->fill()) {
    case LineReader::Fill::more:
      last_growth_ = now;
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

FollowedFile::Look FollowedFile::open(Clock::time_point now, const Console& console) {
  over_ = false;
  fd_ = ::open(name_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) {
    if (!absent_told_) console.note("waiting for " + name_ + ": " + std::strerror(errno));
    absent_told_ = true;
    return Look::nothing;
  }
  absent_told_ = false;
  struct stat status {};
  if (::fstat(fd_, &status) != 0) return Look::failed;
  if (S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    return Look::failed;
  }
  reader_ = std::make_unique<LineReader>(fd_, delimiter_, limit_);
  last_growth_ = now;
  replaced_.reset();
  return Look::fresh;
}

FollowedFile::Look FollowedFile::at_end(Clock::time_point now, const Console& console) {
  reader_->set_at_end(false);
  struct stat status {};
  auto read = static_cast<off_t>(reader_->next_byte() + reader_->rest().size());
  if (::fstat(fd_, &status) != 0) return Look::failed;
  if (status.st_size < read) {
    console.note(name_ + " shrank from " + std::to_string(read) + " to " + std::to_string(status.st_size) +
                 " bytes: reading it from its beginning");
    if (::lseek(fd_, 0, SEEK_SET) < 0) return Look::failed;
    reader_ = std::make_unique<LineReader>(fd_, delimiter_, limit_);
    last_growth_ = now;
    return Look::fresh;
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
  struct stat here {
  }, there{};
  if (::fstat(fd_, &here) != 0 || ::stat(name_.c_str(), &there) != 0) return true;
  return here.st_dev != there.st_dev || here.st_ino != there.st_ino;
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
