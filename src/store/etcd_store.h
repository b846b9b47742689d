#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "etcd/client.h"
#include "store/store.h"

namespace heald::store {

struct EtcdOptions {
  etcd::Address address;
  std::string prefix;   // of all keys, without a slash at its end
  std::string replica;  // the name of this one
  // Whether this replica may act now (etcd::Election::mayAct); and why not, for people.
  std::function<bool()> may_act;
  std::function<std::string()> why_not;
  // Another replica has written since this one led: what this process knows is not true any more.
  // Called once, on the store's thread, before the call that has found it returns its reason.
  std::function<void(const std::string& reason)> deposed;
  // This replica has taken over: no commit of an earlier term can be done any more. A term is one
  // greater than that of whoever led before. On the store's thread, before open() returns.
  std::function<void(std::uint64_t term)> took_over = {};
  // What does not keep the store from working: the history could not be written, say.
  std::function<void(const std::string& reason)> warn;
  std::string history_path;  // of `history`, for people
  // Remembers the last head that was seen here, so that an etcd that was put back to an older state
  // is noticed. Beside the history; "": nothing is remembered.
  std::string memory_file;
};

// The durable state in etcd, for several replicas of which one acts; the history stays in
// `history`, a store on this machine, of which nothing else is used.
//
// Everything is under the *head*, one key that each commit writes, and compares with what this
// replica wrote last, in the same transaction as its rows. The first thing that a replica which
// takes over does is to write the head. So from that moment no commit of another one can be done,
// whatever its clock, its lease or its pauses: the fence is the commit. A commit that holds nothing
// but history writes nothing into etcd: it reads the head, as a majority of etcd has it, and is
// refused in the same way when another replica has written it.
//
// open() is refused while another replica leads, and when etcd is empty while `history` holds a
// state of its own: that was in force, and would be forgotten. A commit without an answer is asked
// after by a further write of the head: either that one is done, and then the first never will be;
// or the head is that of the first, which was done then, and is reported so. When neither is
// answered the commit is in doubt (Store), until the next call that is answered.
//
// A commit of more than one transaction may hold (128 operations) is written beside the rows first,
// and counts from the moment the head names it; whoever opens the store then finishes it.
//
// Keys: PREFIX/head; PREFIX/rows/TABLE/NAME (etcd_rows.h); PREFIX/staged/STAGE/PART.
// `keys` instead of a client of the address: for a simulation.
std::unique_ptr<Store> makeEtcdStore(EtcdOptions options, std::unique_ptr<Store> history,
                                     std::unique_ptr<etcd::Keys> keys = nullptr);

}  // namespace heald::store
