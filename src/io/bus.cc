#include "io/bus.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/text.h"

namespace heald::io {
namespace {

constexpr const char* kSystemd = "org.freedesktop.systemd1";

int onReply(sd_bus_message* message, void* slot, sd_bus_error*) {
  *static_cast<sd_bus_message**>(slot) = sd_bus_message_ref(message);
  return 1;
}

int onSignal(sd_bus_message* message, void* reader, sd_bus_error*) {
  (*static_cast<Bus::Reader*>(reader))(message);
  return 0;
}

bool gone(const sd_bus_error& error) {
  return sd_bus_error_has_names(&error, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_DISCONNECTED,
                                SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER,
                                "org.freedesktop.DBus.Error.Spawn.ServiceNotFound");
}

}  // namespace

Bus::Bus(core::Duration timeout, const CancelToken& cancel)
    : timeout_(timeout), cancel_(cancel), deadline_(Clock::now() + timeout) {}

Bus::Outcome Bus::unavailable(int error) const {
  return {UnitEnd::kUnavailable, oneLine(std::string("D-Bus: ") + std::strerror(error))};
}

Bus::Outcome Bus::refused(const sd_bus_error& error) const {
  if (sd_bus_error_has_name(&error, SD_BUS_ERROR_TIMEOUT)) return timedOut();
  std::string text = oneLine(error.message ? error.message : error.name);
  if (sd_bus_error_has_name(&error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED) ||
      sd_bus_error_has_name(&error, SD_BUS_ERROR_ACCESS_DENIED)) {
    text += " heald's user may not do this; a rule of polkit can let it (50-heald.rules)";
  }
  return {gone(error) ? UnitEnd::kUnavailable : UnitEnd::kRefused,
          gone(error) ? "D-Bus: " + text : text};
}

Bus::Outcome Bus::timedOut() const {
  return {UnitEnd::kTimeout, "no answer of systemd after " + shortDuration(timeout_)};
}

Bus::Outcome Bus::open(const std::string& address) {
  sd_bus* bus = nullptr;
  int code = sd_bus_new(&bus);
  bus_.reset(bus);
  const bool direct = address.ends_with("/systemd/private");
  if (code >= 0) code = sd_bus_set_address(bus, address.c_str());
  if (code >= 0) code = sd_bus_set_bus_client(bus, direct ? 0 : 1);
  if (code >= 0) {
    // Later than our own deadline, which decides.
    const auto limit = std::chrono::ceil<std::chrono::microseconds>(timeout_ * 2).count();
    code = sd_bus_set_method_call_timeout(bus, static_cast<std::uint64_t>(limit));
  }
  if (code >= 0) code = sd_bus_start(bus);
  peer_ = direct ? nullptr : kSystemd;
  if (code >= 0) return {};
  return {UnitEnd::kUnavailable, oneLine("no D-Bus at " + address + ": " + std::strerror(-code))};
}

Bus::Outcome Bus::call(const std::string& path, const char* interface, const char* member,
                       const Filler& arguments, const Reader& answer) {
  sd_bus_message* raw = nullptr;
  int code =
      sd_bus_message_new_method_call(bus_.get(), &raw, peer_, path.c_str(), interface, member);
  const Message message(raw);
  if (code >= 0) code = arguments(raw);
  sd_bus_message* reply = nullptr;
  sd_bus_slot* slot = nullptr;
  if (code >= 0) code = sd_bus_call_async(bus_.get(), &slot, raw, onReply, &reply, 0);
  if (code < 0) return unavailable(-code);
  const Outcome outcome = await([&] { return reply != nullptr; });
  sd_bus_slot_unref(slot);
  const Message owner(reply);
  if (!outcome) return outcome;
  if (sd_bus_message_is_method_error(reply, nullptr)) {
    return refused(*sd_bus_message_get_error(reply));
  }
  if (!answer(reply)) return {UnitEnd::kUnavailable, "D-Bus: an answer that is not of systemd"};
  return {};
}

Bus::Outcome Bus::listen(const char* path, const char* interface, const char* member,
                         Reader reader) {
  on_signal_ = std::move(reader);
  const int code = sd_bus_match_signal_async(bus_.get(), nullptr, peer_, path, interface, member,
                                             onSignal, nullptr, &on_signal_);
  return code < 0 ? unavailable(-code) : Outcome{};
}

void Bus::sleep(Clock::time_point until) const {
  std::uint64_t own = 0;  // when libsystemd wants to be called
  const bool timed = sd_bus_get_timeout(bus_.get(), &own) >= 0 && own != UINT64_MAX;
  if (timed) until = std::min(until, Clock::time_point(std::chrono::microseconds(own)));
  if (cancel_.cancellable() && cancel_.fd() < 0) {
    until = std::min(until, Clock::now() + std::chrono::milliseconds(CancelToken::kBlindWaitMs));
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  const auto wait = std::clamp<decltype(left)>(left, 0, 60'000);
  const int events = sd_bus_get_events(bus_.get());
  pollfd fds[] = {{sd_bus_get_fd(bus_.get()), static_cast<short>(std::max(events, 0)), 0},
                  {cancel_.fd(), POLLIN, 0}};
  poll(fds, 2, static_cast<int>(wait));
}

Bus::Outcome Bus::pump(const Condition& condition, Clock::time_point until) {
  while (true) {
    if (cancel_.cancelled()) return {UnitEnd::kCancelled, "cancelled"};
    const int code = sd_bus_process(bus_.get(), nullptr);
    if (code < 0) return unavailable(-code);
    if (condition()) return {};
    if (Clock::now() >= until) return timedOut();
    if (code == 0) sleep(until);  // otherwise there may be more
  }
}

Bus::Outcome Bus::pass(core::Duration wait) {
  const auto until = Clock::now() + wait;
  if (until >= deadline_) return timedOut();
  return pump([until] { return Clock::now() >= until; }, until);
}

}  // namespace heald::io
