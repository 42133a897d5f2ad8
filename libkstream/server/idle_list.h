#pragma once

#include "base/time.h"

namespace kstream::server {

/// A member of an IdleList; a connection is one.
struct IdleLink {
  IdleLink *before = nullptr, *behind = nullptr;
  base::MonoTime active{};
};

/// Connections in the order of their last activity, so that one timer watches all of them. Its members are linked, not
/// owned; everything takes constant time.
class IdleList {
 public:
  IdleList() { ends_.before = ends_.behind = &ends_; }
  IdleList(const IdleList&) = delete;
  IdleList& operator=(const IdleList&) = delete;

  /// It is active now: puts it behind all others, whether it was in the list or not.
  void touch(IdleLink& link, base::MonoTime now) {
    link.active = now;
    if (ends_.before == &link) return;
    remove(link);
    link.before = ends_.before;
    link.behind = &ends_;
    ends_.before->behind = &link;
    ends_.before = &link;
  }
  void remove(IdleLink& link) {
    if (!link.before) return;
    link.before->behind = link.behind;
    link.behind->before = link.before;
    link.before = link.behind = nullptr;
  }
  /// The one that has been idle for longest, or null.
  IdleLink* first() { return ends_.behind == &ends_ ? nullptr : ends_.behind; }
  /// When the first will have been idle for `limit`.
  base::MonoTime deadline(std::chrono::nanoseconds limit) const {
    return ends_.behind == &ends_ ? base::MonoTime::never() : ends_.behind->active + limit;
  }

 private:
  IdleLink ends_;
};

}  // namespace kstream::server
