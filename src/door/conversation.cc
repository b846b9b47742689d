// What a connection does: from a head to its answer.
#include <utility>

#include "door/hall.h"
#include "door/tls_source.h"

namespace heald::door {
namespace {

constexpr int kStepsInOneTurn = 32;

}  // namespace

void Hall::handshake(Connection& c) {
  if (!c.channel.secured()) {
    if (c.channel.startsPlain()) {
      return refuse(c, 400, "this listener speaks HTTPS, and the request came without TLS");
    }
    // Only now: whoever says nothing costs no session.
    SslPointer session = listeners_[c.listener].tls->session();
    if (session == nullptr) return close(c);
    c.channel.secure(std::move(session));
  }
  const Channel::State state = c.shake();
  if (state == Channel::State::kWantsRead || state == Channel::State::kWantsWrite) return;
  if (state != Channel::State::kDone) return close(c);
  c.channel.addCertificate(c.caller);
  move(c, Phase::kHead);
  read(c);
}

void Hall::read(Connection& c) {
  for (int i = 0; i < kStepsInOneTurn; ++i) {
    const bool body = c.phase == Phase::kBody;
    c.receive(body ? c.head->content_length : HeadReader::kMostBytes);
    if (body && c.hasOutput()) (void)c.flush();
    if (step(c)) continue;
    if (!connections_.contains(c.id) || !c.reads() || !c.mayHaveMore()) return;
    break;
  }
  // More is there, and others wait: another turn.
  post_->send([this, id = c.id] { onEvent(id, 0); });
}

// Behind an answer: what has come meanwhile and the kernel does not tell of.
void Hall::readOn(Connection& c) {
  if (c.channel.secured() || !c.in.empty()) return read(c);
  std::string().swap(c.in);
}

// One head or body out of what has come. False: nothing more to do with what is there.
bool Hall::step(Connection& c) {
  if (c.broken) {
    close(c);
    return false;
  }
  const bool taken = c.phase == Phase::kBody ? takeBody(c) : takeHead(c);
  const bool open = connections_.contains(c.id);
  if (taken) return open && (c.phase == Phase::kIdle || c.phase == Phase::kBody);
  if (open && c.ended && c.reads() && c.phase != Phase::kLingering) close(c);
  return false;
}

bool Hall::takeHead(Connection& c) {
  if (c.in.empty()) {
    std::string().swap(c.in);
    return false;
  }
  if (c.phase == Phase::kIdle) move(c, Phase::kHead);
  auto outcome = c.reader.look(c.in);
  if (std::holds_alternative<HeadReader::More>(outcome)) return false;
  if (const auto* malformed = std::get_if<Malformed>(&outcome)) {
    refuse(c, malformed->status, malformed->message);
    return true;
  }
  auto& whole = std::get<HeadReader::Whole>(outcome);
  c.in.erase(0, whole.size);
  admit(c, std::move(whole.head));
  return true;
}

void Hall::admit(Connection& c, RequestHead head) {
  c.without_body = head.method == "HEAD";
  c.last = !head.keep_alive && head.content_length == 0;
  c.close_after = !head.keep_alive || draining_;
  Gate* gate = listeners_[c.listener].gate;
  if (gate == nullptr) return decide(c, std::move(head), {});
  if (auto verdict = gate->judge(head, c.caller)) {
    return decide(c, std::move(head), std::move(*verdict));
  }
  move(c, Phase::kWaiting);
  c.head = std::move(head);
  gate->judgeLater(*c.head, c.caller, [this, post = post_, id = c.id](Gate::Verdict verdict) {
    post->send(
        [this, id, verdict = std::move(verdict)]() mutable { onVerdict(id, std::move(verdict)); });
  });
}

void Hall::onVerdict(Id id, Gate::Verdict verdict) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || !found->second->head) return;
  Connection& c = *found->second;
  decide(c, std::move(*std::exchange(c.head, std::nullopt)), std::move(verdict));
  if (connections_.contains(id) && c.reads()) read(c);  // what it has sent meanwhile
  watch(c);
  sweep();
}

void Hall::decide(Connection& c, RequestHead head, Gate::Verdict verdict) {
  c.caller.user = std::move(verdict.user);
  c.caller.still = std::move(verdict.still);
  c.caller.needs_credential = verdict.needs_credential;
  if (verdict.refusal) {
    Answer answer = service(c).refuse(verdict.refusal->status, verdict.refusal->message);
    answer.head += verdict.refusal->headers;
    if (head.content_length > 0) c.close_after = true;
    return respond(c, std::move(answer));
  }
  Service::Admission admission = service(c).admit(head, c.caller);
  const bool body = head.content_length > 0;
  // What nobody reads would stand where the next request should.
  if (body && (admission.refusal || !admission.reads_body)) c.close_after = true;
  if (admission.refusal) return respond(c, std::move(*admission.refusal));
  if (!body || !admission.reads_body) return serve(c, std::move(head), {});
  if (!reserve(c, head.content_length)) {
    return refuse(c, 503, "too many requests are under way; try again in a moment");
  }
  if (head.expects_continue && c.in.empty()) {
    c.queue("HTTP/1.1 100 Continue\r\n\r\n");
    (void)c.flush();
  }
  c.in.reserve(head.content_length);  // so that it is there once, and not copied as it grows
  c.head = std::move(head);
  c.mebibytes = 0;
  move(c, Phase::kBody);
}

bool Hall::takeBody(Connection& c) {
  const auto length = static_cast<std::size_t>(c.head->content_length);
  if (c.in.size() < length) {
    // Each mebibyte has the time that a small body has.
    const std::size_t mebibytes = c.in.size() >> 20;
    if (std::exchange(c.mebibytes, mebibytes) != mebibytes) move(c, Phase::kBody);
    if (!c.ended) return false;
    refuse(c, 400, "the body ended early");
    return true;
  }
  std::string rest = c.in.substr(length);
  c.in.resize(length);
  std::string body = std::exchange(c.in, std::move(rest));
  serve(c, std::move(*std::exchange(c.head, std::nullopt)), std::move(body));
  return true;
}

void Hall::serve(Connection& c, RequestHead head, std::string body) {
  move(c, Phase::kWaiting);
  const Id id = c.id;
  // The hall is gone before its post is closed: no task of it runs after that.
  auto reply = [this, post = post_, id](Answer answer, std::shared_ptr<Outlet> outlet) {
    post->send([this, id, answer = std::move(answer), outlet = std::move(outlet)]() mutable {
      onReply(id, std::move(answer), std::move(outlet));
    });
  };
  auto wake = [this, post = post_, id] { post->send([this, id] { onEvent(id, 0); }); };
  auto exchange =
      std::make_shared<Exchange>(Exchange::Contents{std::move(head), std::move(body), c.caller},
                                 std::move(reply), std::move(wake));
  c.gone = exchange->goneFlag();
  // Whoever went before their request was read does not wait for it: a change is then not begun.
  if (c.ended || c.half_closed) *c.gone = true;
  service(c).serve(std::move(exchange));
}

void Hall::onReply(Id id, Answer answer, std::shared_ptr<Outlet> outlet) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || found->second->phase != Phase::kWaiting) {
    if (outlet != nullptr) outlet->leave();
    return;
  }
  Connection& c = *found->second;
  c.gone = nullptr;
  memory_ -= std::exchange(c.reserved, 0);
  c.outlet = std::move(outlet);
  if (answer.status == 0) {
    close(c);
  } else {
    respond(c, std::move(answer));
  }
  if (c.phase == Phase::kIdle) readOn(c);
  watch(c);
  sweep();
}

void Hall::refuse(Connection& c, int status, const std::string& message) {
  c.close_after = true;
  respond(c, service(c).refuse(status, message));
}

void Hall::respond(Connection& c, Answer answer) {
  memory_ -= std::exchange(c.reserved, 0);
  c.head.reset();
  c.close_after = c.close_after || answer.close || c.ended || draining_ || c.outlet != nullptr;
  if (const Gate* gate = listeners_[c.listener].gate) answer.head += gate->headers();
  answer.head += c.close_after ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n";
  const bool body = answer.body != nullptr && !c.without_body;
  // Room for an answer is made by whoever has kept the door waiting longest for theirs.
  while (body && !reserve(c, sizeOf(*answer.body))) {
    const auto slowest = deadlines_.oldest(Phase::kSending);
    if (!slowest) return close(c);
    close(*connections_.at(*slowest));
  }
  c.queue(std::move(answer.head), body ? std::move(answer.body) : nullptr);
  if (c.outlet != nullptr && c.without_body) std::exchange(c.outlet, nullptr)->leave();
  move(c, c.outlet != nullptr ? Phase::kFalling : Phase::kSending);
  c.outlet != nullptr ? stream(c) : send(c);
}

void Hall::send(Connection& c) {
  switch (c.flush()) {
    case Connection::Flushed::kBlocked:
      return;
    case Connection::Flushed::kBroken:
      return close(c);
    case Connection::Flushed::kAll:
      return afterAnswer(c);
  }
}

// A client that sends nothing more has nothing that would be thrown away: its answer is safe.
bool Hall::endsCleanly(Connection& c) {
  if (!c.last || c.channel.secured() || !c.in.empty()) return false;
  c.receive(1);
  return c.in.empty();
}

void Hall::afterAnswer(Connection& c) {
  memory_ -= std::exchange(c.reserved, 0);
  c.without_body = false;  // of HEAD alone, and not of what comes behind it
  if (!c.close_after) return draining_ ? close(c) : move(c, Phase::kIdle);
  if (endsCleanly(c)) return close(c);
  c.channel.finish();
  if (c.ended) return close(c);
  move(c, Phase::kLingering);
  c.discard();
  if (c.ended) close(c);
}

void Hall::stream(Connection& c) {
  for (;;) {
    switch (c.flush()) {
      case Connection::Flushed::kBlocked:
        if (c.phase != Phase::kFalling) move(c, Phase::kFalling);
        return;
      case Connection::Flushed::kBroken:
        return close(c);
      case Connection::Flushed::kAll:
        break;
    }
    if (c.streamed > 0) c.outlet->sent(std::exchange(c.streamed, 0));
    const bool ended = c.outlet->ended();
    std::string more = c.outlet->take();
    if (more.empty()) {
      if (!ended) return move(c, Phase::kStreaming);
      std::exchange(c.outlet, nullptr)->leave();
      return afterAnswer(c);
    }
    c.streamed = more.size();
    c.queue(std::move(more));
    move(c, Phase::kFalling);
  }
}

void Hall::timeOut(Connection& c) {
  switch (c.phase) {
    case Phase::kHandshake:
      strike(c, Limit::kHeadTimeout);
      return close(c);
    case Phase::kHead:
      if (c.in.empty()) return close(c);  // it never said anything, as a probe of the port
      strike(c, Limit::kHeadTimeout);
      refuse(c, 408, "the head of the request took too long to arrive");
      break;
    case Phase::kBody:
      strike(c, Limit::kBodyTimeout);
      refuse(c, 408, "the body took too long to arrive");
      break;
    case Phase::kSending:
    case Phase::kFalling:
      strike(c, Limit::kSendTimeout);
      return close(c);
    case Phase::kIdle:
    case Phase::kLingering:
    case Phase::kWaiting:
    case Phase::kStreaming:
      return close(c);
  }
  watch(c);
}

}  // namespace heald::door
