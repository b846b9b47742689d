#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "core/invariant.h"

namespace heald::engine {

// A list whose items are shared by all copies of it until one of them changes an item: a copy costs
// one pointer for kChunk items, and a change of an item the item and its chunk. So a snapshot of
// 10,000 governors of which one has changed costs little more than that one.
//
// Reading copies from several threads is safe while nobody changes *these* copies; a change of one
// copy is seen by no other. Reads like a vector of constants; references live as long as the copy
// that they were read from, and until that changes.
template <class T>
class SharedList {
 public:
  static constexpr std::size_t kChunk = 32;

  SharedList() = default;
  SharedList(std::initializer_list<T> items) {
    for (const T& item : items) push_back(item);
  }
  template <class Iterator>
  SharedList(Iterator first, Iterator last) {
    for (; first != last; ++first) push_back(*first);
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t index) const { return *node(index); }
  const T& at(std::size_t index) const { return *node(index); }
  const T& front() const { return *node(0); }
  const T& back() const { return *node(size_ - 1); }

  // An item to be changed: of this list's own from now on. Not for a list of which another thread
  // has, or had, a copy: replace() is.
  T& operator[](std::size_t index) {
    if (node(index).use_count() > 1 || chunks_[index / kChunk].use_count() > 1) {
      replace(index, *node(index));
    }
    return *(*chunks_[index / kChunk])[index % kChunk];
  }
  T& front() { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  void replace(std::size_t index, T item) {
    CHECK(index < size_, "an item of a list is named by an index below its size");
    freshChunk(index / kChunk)[index % kChunk] = std::make_shared<T>(std::move(item));
  }
  void push_back(T item) {
    if (size_ % kChunk == 0) chunks_.push_back(std::make_shared<const Chunk>());
    freshChunk(size_ / kChunk).push_back(std::make_shared<T>(std::move(item)));
    ++size_;
  }
  T& emplace_back() {
    push_back(T{});
    return back();
  }
  void pop_back() {
    CHECK(size_ > 0, "an empty list has no last item");
    --size_;
    freshChunk(size_ / kChunk).pop_back();
    if (size_ % kChunk == 0) chunks_.pop_back();
  }
  void clear() {
    chunks_.clear();
    size_ = 0;
  }
  void resize(std::size_t size) {
    while (size_ > size) pop_back();
    while (size_ < size) push_back(T{});
  }

  class Iterator {
   public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    Iterator() = default;
    Iterator(const SharedList* list, std::size_t index) : list_(list), index_(index) {}
    reference operator*() const { return (*list_)[index_]; }
    pointer operator->() const { return &(*list_)[index_]; }
    reference operator[](difference_type by) const { return *(*this + by); }
    Iterator& operator++() { return *this += 1; }
    Iterator& operator--() { return *this -= 1; }
    Iterator operator++(int) { return std::exchange(*this, *this + 1); }
    Iterator operator--(int) { return std::exchange(*this, *this - 1); }
    Iterator& operator+=(difference_type by) {
      index_ = static_cast<std::size_t>(static_cast<difference_type>(index_) + by);
      return *this;
    }
    Iterator& operator-=(difference_type by) { return *this += -by; }
    friend Iterator operator+(Iterator at, difference_type by) { return at += by; }
    friend Iterator operator+(difference_type by, Iterator at) { return at += by; }
    friend Iterator operator-(Iterator at, difference_type by) { return at -= by; }
    friend difference_type operator-(const Iterator& a, const Iterator& b) {
      return static_cast<difference_type>(a.index_) - static_cast<difference_type>(b.index_);
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.index_ == b.index_; }
    friend auto operator<=>(const Iterator& a, const Iterator& b) { return a.index_ <=> b.index_; }

   private:
    const SharedList* list_ = nullptr;
    std::size_t index_ = 0;
  };
  using const_iterator = Iterator;
  using value_type = T;
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size_}; }

  // The items in groups of kChunk. Whoever holds a group keeps it as it is: a list that has the
  // very same object has the same items.
  using Group = std::vector<std::shared_ptr<T>>;
  const std::vector<std::shared_ptr<const Group>>& groups() const { return chunks_; }

  // How many items this list and the other have in common, as objects and not by value.
  std::size_t sharedWith(const SharedList& other) const {
    std::size_t shared = 0;
    for (std::size_t i = 0; i < size_ && i < other.size_; ++i) {
      shared += node(i) == other.node(i) ? 1 : 0;
    }
    return shared;
  }

  friend bool operator==(const SharedList& a, const SharedList& b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t i = 0; i < a.size_; ++i) {
      if (a.node(i) != b.node(i) && !(a[i] == b[i])) return false;
    }
    return true;
  }

 private:
  using Node = std::shared_ptr<T>;
  using Chunk = Group;

  const Node& node(std::size_t index) const {
    CHECK(index < size_, "an item of a list is named by an index below its size");
    return (*chunks_[index / kChunk])[index % kChunk];
  }
  // Copied each time: whether a reader in another thread has just let go of it cannot be told.
  Chunk& freshChunk(std::size_t which) {
    auto fresh = std::make_shared<Chunk>();
    fresh->reserve(kChunk);
    fresh->assign(chunks_[which]->begin(), chunks_[which]->end());
    chunks_[which] = fresh;
    return *fresh;
  }

  std::vector<std::shared_ptr<const Chunk>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace heald::engine
