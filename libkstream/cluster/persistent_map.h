#pragma once

#include "base/counted.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace kstream::cluster {

/// An ordered map whose versions share structure: a change copies the path to one entry (about 2 ln n nodes), and an
/// old version stays as it is. Copying a map is copying a pointer; threads may read copies of it at the same time.
///
/// Entries are Refs to immutable values that know their own key: `Traits::key(value)` gives it,
/// `Traits::priority(value)` a well mixed 64-bit number that nobody can choose. The tree is a treap over both, so its
/// shape depends on what is in it and not on how that came there; this lets `diff` skip everything that two versions
/// share.
template <class Value, class Traits>
class PersistentMap {
 public:
  using Entry = base::Ref<const Value>;
  using Key = decltype(Traits::key(std::declval<const Value&>()));

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Null if there is none.
  const Entry& find(Key key) const {
    static const Entry none;
    const Node* node = root_.get();
    while (node) {
      const Key at = Traits::key(*node->entry);
      if (key == at) return node->entry;
      node = (key < at ? node->left : node->right).get();
    }
    return none;
  }

  /// Adds an entry, or replaces the one of the same key.
  void put(Entry entry) {
    const Key key = Traits::key(*entry);
    const bool replaces = static_cast<bool>(find(key));
    root_ = replaces ? replaced(*root_, std::move(entry)) : inserted(root_, std::move(entry));
    if (!replaces) ++size_;
  }

  /// Removes the entry of `key`, if there is one.
  void erase(Key key) {
    if (!find(key)) return;
    root_ = erased(*root_, key);
    --size_;
  }

  /// Calls `visit(const Entry&)` in the order of keys.
  template <class F>
  void each(F&& visit) const {
    walk(root_.get(), [&](const Entry& entry) { return visit(entry), true; });
  }
  /// The same from the first key that is not below `from` on, until `visit` returns false.
  template <class F>
  void each_from(Key from, F&& visit) const {
    walk_from(root_.get(), from, visit);
  }

  /// Calls `visit(const Entry& before, const Entry& after)` in the order of keys, for each key whose entries are not
  /// one and the same object; one of the two is null where an entry was added or removed. Costs what differs, not what
  /// is there. A key must have had one and the same priority in both.
  template <class F>
  static void diff(const PersistentMap& before, const PersistentMap& after, F&& visit) {
    diff(before.root_.get(), after.root_.get(), {}, {}, visit);
  }

 private:
  struct Node;
  using Link = base::Ref<const Node>;
  struct Node : base::Counted<Node> {
    Node(Entry e, std::uint64_t p, Link l, Link r)
        : entry(std::move(e)), priority(p), left(std::move(l)), right(std::move(r)) {}
    Entry entry;
    std::uint64_t priority;
    Link left, right;
  };
  using Bound = std::optional<Key>;  ///< exclusive; none is unbounded

  static Link node(Entry entry, std::uint64_t priority, Link left, Link right) {
    return base::make_counted<const Node>(std::move(entry), priority, std::move(left), std::move(right));
  }
  static bool above(const Node& a, const Node& b) {
    return a.priority != b.priority ? a.priority > b.priority : Traits::key(*a.entry) < Traits::key(*b.entry);
  }

  static Link replaced(const Node& at, Entry entry) {
    const Key key = Traits::key(*entry), here = Traits::key(*at.entry);
    if (key == here) return node(std::move(entry), at.priority, at.left, at.right);
    if (key < here) return node(at.entry, at.priority, replaced(*at.left, std::move(entry)), at.right);
    return node(at.entry, at.priority, at.left, replaced(*at.right, std::move(entry)));
  }

  static Link inserted(const Link& at, Entry entry) {
    const Key key = Traits::key(*entry);
    return inserted_below(at, Node(entry, Traits::priority(*entry), {}, {}), key);
  }
  static Link inserted_below(const Link& at, const Node& fresh, const Key& key) {
    if (!at || above(fresh, *at)) {
      auto [left, right] = split(at, key);
      return node(fresh.entry, fresh.priority, std::move(left), std::move(right));
    }
    if (key < Traits::key(*at->entry)) {
      return node(at->entry, at->priority, inserted_below(at->left, fresh, key), at->right);
    }
    return node(at->entry, at->priority, at->left, inserted_below(at->right, fresh, key));
  }
  /// What is below and what is above `key`, which is not in the tree.
  static std::pair<Link, Link> split(const Link& at, const Key& key) {
    if (!at) return {};
    if (key < Traits::key(*at->entry)) {
      auto [left, right] = split(at->left, key);
      return {std::move(left), node(at->entry, at->priority, std::move(right), at->right)};
    }
    auto [left, right] = split(at->right, key);
    return {node(at->entry, at->priority, at->left, std::move(left)), std::move(right)};
  }

  static Link erased(const Node& at, const Key& key) {
    const Key here = Traits::key(*at.entry);
    if (key == here) return joined(at.left, at.right);
    if (key < here) return node(at.entry, at.priority, erased(*at.left, key), at.right);
    return node(at.entry, at.priority, at.left, erased(*at.right, key));
  }
  static Link joined(const Link& left, const Link& right) {
    if (!left) return right;
    if (!right) return left;
    if (above(*left, *right)) return node(left->entry, left->priority, left->left, joined(left->right, right));
    return node(right->entry, right->priority, joined(left, right->left), right->right);
  }

  template <class F>
  static bool walk(const Node* at, F&& visit) {
    return !at || (walk(at->left.get(), visit) && visit(at->entry) && walk(at->right.get(), visit));
  }
  template <class F>
  static bool walk_from(const Node* at, const Key& from, F&& visit) {
    if (!at) return true;
    if (Traits::key(*at->entry) < from) return walk_from(at->right.get(), from, visit);
    return walk_from(at->left.get(), from, visit) && visit(at->entry) && walk(at->right.get(), visit);
  }

  /// The highest node of the subtree between the bounds.
  static const Node* within(const Node* at, const Bound& low, const Bound& high) {
    while (at) {
      const Key key = Traits::key(*at->entry);
      if (low && !(*low < key)) {
        at = at->right.get();
      } else if (high && !(key < *high)) {
        at = at->left.get();
      } else {
        break;
      }
    }
    return at;
  }
  template <class F>
  static void diff(const Node* before, const Node* after, const Bound& low, const Bound& high, F&& visit) {
    before = within(before, low, high);
    after = within(after, low, high);
    if (before == after) return;
    const Node* top = !before || (after && above(*after, *before)) ? after : before;
    const Key key = Traits::key(*top->entry);
    const bool in_before = before && Traits::key(*before->entry) == key;
    const bool in_after = after && Traits::key(*after->entry) == key;
    diff(in_before ? before->left.get() : before, in_after ? after->left.get() : after, low, key, visit);
    static const Entry none;
    const Entry& was = in_before ? before->entry : none;
    const Entry& is = in_after ? after->entry : none;
    if (!(was == is)) visit(was, is);
    diff(in_before ? before->right.get() : before, in_after ? after->right.get() : after, key, high, visit);
  }

  Link root_;
  std::size_t size_ = 0;
};

}  // namespace kstream::cluster
