// The text of one row of the store; the first byte says of which table. What is read is what will
// be written, and the machine can be in it.
#include "core/governor.h"
#include "fuzz.h"
#include "store/codec.h"
#include "store/fault.h"

using namespace heald;

namespace {

const core::Now kNow{core::BootTime(std::chrono::hours(5)),
                     core::WallTime(std::chrono::hours(490'000))};

template <class State, class Decode>
State readAgain(const State& state, Decode decode) {
  const std::string text = store::encode(state);
  const State again = decode(text);
  fuzz::require(again == state, "what was written is read again", text);
  fuzz::require(store::encode(again) == text, "and written in the same way", text);
  return again;
}

// A state that was taken for good is driven a little: no arithmetic on it may overflow.
void drive(core::GovernorState state) {
  core::rebase(state, {"another boot", kNow}, {"this boot", kNow});
  core::Governor governor(core::GovernorPolicy{}, state);
  (void)governor.nextAllowedAt();
  (void)governor.backoffNow();
  const auto decision = governor.trigger(core::Gates{}, "restart", kNow);
  fuzz::require(!state.dormant() || !decision.ticket, "a dormant governor starts nothing");
  const auto in_flight = governor.state().in_flight;
  for (const core::Ticket& ticket : in_flight) {
    governor.result(ticket.id, false, "interrupted", kNow);
  }
  (void)governor.recovered();
  (void)governor.resume("a human has looked");
  const std::string wrong = core::inconsistency(governor.state());
  fuzz::require(wrong.empty(), "it stays one of the machine's states", wrong);
}

void decodeOne(std::uint8_t table, const std::string& text) {
  switch (table % 5) {
    case 0: {
      const auto state = readAgain(store::decodeGovernor(text), store::decodeGovernor);
      if (core::inconsistency(state).empty()) drive(state);
      break;
    }
    case 1:
      readAgain(store::decodeRemedy(text), store::decodeRemedy);
      break;
    case 2:
      readAgain(store::decodeEpisode(text), store::decodeEpisode);
      break;
    case 3:
      store::decodePause(store::encode(store::decodePause(text)));
      break;
    default:
      readAgain(store::decodePermit("id", text),
                [](const std::string& t) { return store::decodePermit("id", t); });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t table = input.byte();
  try {
    decodeOne(table, std::string(input.rest()));
  } catch (const store::Fault& fault) {
    fuzz::require(fault.what()[0] != '\0', "a fault says what is wrong");
  }
  return 0;
}
