#include "outbox/fleets.h"

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include "io/fresh_key.h"
#include "outbox/fleet_server.h"
#include "outbox/inbox.h"
#include "outbox/membership.h"

namespace heald::outbox {
namespace {

constexpr std::chrono::seconds kFleetRound{1};
constexpr std::size_t kFleetPage = 200;

using Servers = std::map<std::string, std::shared_ptr<const FleetServer>>;  // by remedy

}  // namespace

class Fleets::Worker {
 public:
  explicit Worker(FleetNeeds needs) : needs_(std::move(needs)), inbox_(std::make_shared<Inbox>()) {}
  ~Worker() { stop(); }

  void use(Servers servers) {
    if (servers.empty() && !thread_.joinable()) return;
    inbox_->post([this, servers = std::move(servers)]() mutable { adopt(std::move(servers)); });
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }

  void ask(const engine::AskFleet& ask, Post post) {
    inbox_->post([this, ask, post = std::move(post)]() mutable { hear(ask, std::move(post)); });
  }

  void giveBack(std::uint64_t run) {
    inbox_->post([this, run] {
      for (auto& [name, one] : members_) one.membership.unused(run, needs_.now().boot);
    });
  }

  void historyGrew() { inbox_->historyGrew(); }

  void stop() {
    inbox_->close();
    cancel_.cancel();
    if (thread_.joinable()) thread_.join();
  }

 private:
  struct Member {
    Membership membership;
    Servers servers;  // of its remedies; the last ones, when it has none any more
    bool configured = true;
    std::string told = {};  // trouble, in the log
  };

  void run() {
    for (;;) {
      const core::Duration rest = patience();
      Inbox::Taken taken = inbox_->take(rest, std::min<core::Duration>(rest, readable_at_ - now()));
      for (const Inbox::Job& job : taken.jobs) job();
      if (taken.closed) return;
      goOn();
    }
  }

  core::BootTime now() const { return needs_.now().boot; }

  core::Duration patience() const {
    core::Duration rest = kFleetRound;
    for (const auto& [name, one] : members_) {
      if (const auto due = one.membership.nextDue()) rest = std::min(rest, *due - now());
    }
    return std::clamp<core::Duration>(rest, std::chrono::milliseconds(10), kFleetRound);
  }

  void adopt(Servers servers) {
    for (auto& [name, one] : members_) one.configured = false;
    std::map<std::string, Servers> by_member;
    for (auto& [remedy, server] : servers) by_member[server->name()].emplace(remedy, server);
    for (auto& [name, own] : by_member) {
      const auto [place, added] =
          members_.try_emplace(name, Member{Membership(name, io::freshKey), {}});
      place->second.configured = true;
      place->second.servers = std::move(own);
    }
    remedies_ = std::move(servers);
  }

  // What a last process has left.
  bool place() {
    if (placed_) return true;
    const auto marks = needs_.marks();
    if (!marks) return false;
    placed_ = true;
    for (const auto& [name, position] : *marks) {
      const auto mark = markOf(name, position);
      const auto member = mark ? members_.find(mark->second) : members_.end();
      if (member != members_.end() && member->second.membership.free()) {
        member->second.membership.load(mark->first, now());
      } else {
        needs_.keep(name, std::nullopt, nullptr);
      }
    }
    return true;
  }

  void hear(const engine::AskFleet& ask, Post post) {
    const auto server = remedies_.find(ask.remedy);
    if (server == remedies_.end()) {
      post(engine::FleetAnswered{
          ask.run, engine::FleetAnswer::kUnanswered, "the remedy needs no permit any more", {}});
      return;
    }
    if (!place()) {
      post(engine::FleetAnswered{ask.run,
                                 engine::FleetAnswer::kUnanswered,
                                 "the store does not say what is owed from before",
                                 {}});
      return;
    }
    posts_.emplace(ask.run, std::move(post));
    const core::BootTime at = now();
    members_.at(server->second->name())
        .membership.ask(
            {ask.run, ask.remedy, server->second->deadline(), at + FleetServer::kPatience}, at);
    readable_at_ = at;
  }

  void goOn() {
    const bool placed = place();
    if (placed && now() >= readable_at_) read();
    for (auto one = members_.begin(); one != members_.end();) {
      Member& member = one->second;
      if (placed) work(one->first, member);
      for (const engine::FleetAnswered& answer : member.membership.takeAnswers(needs_.now())) {
        if (const auto post = posts_.extract(answer.run)) post.mapped()(answer);
      }
      tell(member);
      one = !member.configured && member.membership.free() ? members_.erase(one) : std::next(one);
    }
  }

  // Each second while a permit is out, whether it rang or not: that is one query of few rows.
  void read() {
    for (auto& [name, one] : members_) {
      for (auto after = one.membership.readsAfter(); after;) {
        engine::HistoryQuery query{
            .kinds = {engine::HistoryKind::kAttempt}, .newest_first = false, .limit = kFleetPage};
        query.after = *after;
        const auto page = needs_.history(query);
        if (!page) break;  // then a second later
        one.membership.read(page->rows, page->more ? page->end() : page->newest, !page->more,
                            needs_.now());
        after = page->more ? one.membership.readsAfter() : std::nullopt;
      }
    }
    readable_at_ = now() + kFleetRound;
  }

  void work(const std::string& name, Member& member) {
    std::int64_t newest = 0;
    if (member.membership.wantsNewest()) {
      const auto page = needs_.history({.limit = 1});
      if (!page) return;  // its time passes
      newest = page->newest;
    }
    const auto task = member.membership.next(newest, needs_.now());
    if (!task) return;
    if (const auto* mark = std::get_if<Membership::Mark>(&*task)) {
      keep(name, mark->mark, mark->mark.position,
           [](Membership& m, const std::string& error, core::Now at) { m.marked(error, at); });
    } else if (const auto* clear = std::get_if<Membership::Clear>(&*task)) {
      keep(name, clear->mark, std::nullopt,
           [](Membership& m, const std::string& error, core::Now at) { m.cleared(error, at); });
    } else if (const auto* ask = std::get_if<Membership::Ask>(&*task)) {
      serverFor(member, ask->remedy)
          .ask(needs_.services, ask->question, ask->patience, cancel_.token(),
               [this, inbox = inbox_, name](Asked asked) {
                 inbox->post([this, name, asked = std::move(asked)] {
                   members_.at(name).membership.asked(asked, needs_.now());
                 });
               });
    } else if (const auto* report = std::get_if<Membership::Report>(&*task)) {
      serverFor(member, report->remedy)
          .report(needs_.services, report->permit, report->outcome, cancel_.token(),
                  [this, inbox = inbox_, name](Reported reported) {
                    inbox->post([this, name, reported = std::move(reported)] {
                      members_.at(name).membership.reported(reported, needs_.now());
                    });
                  });
    }
  }

  template <class Then>
  void keep(const std::string& name, const PermitMark& mark, std::optional<std::int64_t> position,
            Then then) {
    needs_.keep(nameOf(mark, name), position,
                [this, inbox = inbox_, name, then](const std::string& error) {
                  inbox->post([this, name, then, error] {
                    then(members_.at(name).membership, error, needs_.now());
                  });
                });
  }

  // Of a remedy that is gone, another's will do: it is the same member of the same fleet.
  static const FleetServer& serverFor(const Member& member, const std::string& remedy) {
    const auto found = member.servers.find(remedy);
    return found == member.servers.end() ? *member.servers.begin()->second : *found->second;
  }

  void tell(Member& member) {
    const std::string& trouble = member.membership.trouble();
    if (std::exchange(member.told, trouble) == trouble || trouble.empty()) return;
    needs_.log.write(io::LogLevel::kWarn,
                     "the outcome of a fleet's permit: the server was not told, or says otherwise",
                     {{"member", member.membership.member()}, {"reason", trouble}});
  }

  const FleetNeeds needs_;
  const std::shared_ptr<Inbox> inbox_;
  io::CancelSource cancel_;

  // Its thread alone.
  std::map<std::string, Member> members_;  // by FleetServer::name()
  Servers remedies_;
  std::map<std::uint64_t, Post> posts_;  // by run
  bool placed_ = false;
  core::BootTime readable_at_{};

  std::thread thread_;
};

Fleets::Fleets(FleetNeeds needs) : worker_(std::make_unique<Worker>(std::move(needs))) {}
Fleets::~Fleets() = default;

void Fleets::use(const config::Config& config) {
  Servers servers;
  for (const engine::RemedySpec& remedy : config.setup.remedies) {
    const auto& permit = config.remedies.of(remedy).permit;
    if (permit != nullptr) servers.emplace(remedy.name, config::partAs<FleetServer>(permit));
  }
  worker_->use(std::move(servers));
}

void Fleets::ask(const engine::AskFleet& ask, Post post) {
  worker_->ask(ask, std::move(post));
}

void Fleets::giveBack(const engine::ReturnPermit& permit) {
  worker_->giveBack(permit.run);
}

void Fleets::historyGrew() {
  worker_->historyGrew();
}

void Fleets::stop() {
  worker_->stop();
}

}  // namespace heald::outbox
