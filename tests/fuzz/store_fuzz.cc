// The image of a store, with its journal. The first byte says how the rest is read: 0, the bytes of
// the file; 1, patches (file or journal, place, bytes) on a store that heald has written, so that
// the fuzzer need not invent SQLite's format; 2, the same on its journal, cut.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/governor.h"
#include "engine/engine.h"
#include "fuzz.h"
#include "store/sqlite_store.h"

using namespace heald;

namespace {

struct Image {
  std::string file;
  std::string journal;
};

const core::ClockStamp kStamp{
    "boot", {core::BootTime(std::chrono::hours(5)), core::WallTime(std::chrono::hours(490'000))}};

// Gone at the end of the program.
struct Folder {
  Folder() {
    path = std::filesystem::exists("/dev/shm") ? "/dev/shm/heald-fuzz-XXXXXX"
                                               : "/tmp/heald-fuzz-XXXXXX";
    fuzz::require(::mkdtemp(path.data()) != nullptr, "there is a folder");
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

const std::string& folder() {
  static const Folder made;
  return made.path;
}

std::string readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void writeFile(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Two governors, the second of them dormant, and one row of everything else.
engine::Changes someChanges() {
  engine::Changes changes;
  core::GovernorState state;
  state.totals = {3, 1, 2};
  state.starts = {core::BootTime(std::chrono::hours(1))};
  changes.governors = {{"first", state}, {"second", state}};
  changes.governors[1].second.dormancy = {
      "Exceeded max failures", kStamp.at.wall, core::TriggeredBy::kAutomatic, {"a human"}};
  changes.remedies = {{"restart", {3, 1, {2}}}};
  changes.flags = {{core::Feature::kAutoHealing, {}}};
  changes.pauses = {{"restart", engine::Pause{kStamp.at.boot, kStamp.at.wall, "a test", "me"}}};
  return changes;
}

const Image& original() {
  static const Image image = [] {
    const std::string path = folder() + "/original.db";
    {
      const auto store = store::makeSqliteStore({path, std::chrono::milliseconds(1)});
      fuzz::require(store->open(kStamp).ok(), "the original opens");
      fuzz::require(store->commit(someChanges(), kStamp).empty(), "the original is written");
    }
    const auto store = store::makeSqliteStore({path, std::chrono::milliseconds(1)});
    fuzz::require(store->open(kStamp).ok(), "the original opens again");
    fuzz::require(store->commit(someChanges(), kStamp).empty(), "its journal is written");
    return Image{readFile(path), readFile(path + "-wal")};
  }();
  return image;
}

Image imageOf(fuzz::Input input) {
  const std::uint8_t mode = input.byte() % 3;
  if (mode == 0) return {std::string(input.rest()), ""};
  Image image = original();
  if (mode == 2) image.journal.resize(input.number() % (image.journal.size() + 1));
  while (!input.empty()) {
    const std::uint8_t how = input.byte();
    std::string& target = how % 2 == 0 ? image.file : image.journal;
    const std::size_t place = input.number();
    const std::string_view bytes = input.bytes(1 + how / 2 % 16);
    if (place + bytes.size() <= target.size()) target.replace(place, bytes.size(), bytes);
  }
  return image;
}

void requireSame(const engine::Saved& a, const engine::Saved& b) {
  fuzz::require(a.governors == b.governors && a.remedies == b.remedies &&
                    a.unreadable == b.unreadable && a.permits == b.permits &&
                    a.episodes == b.episodes,
                "opened again, it holds the same");
}

// Whatever a store made heald believe, the engine can live with it.
void live(const engine::Saved& saved) {
  engine::Setup setup;
  setup.governors = {{"first", {}}, {"second", {}}};
  engine::Engine engine(setup, saved, kStamp.at);
  (void)engine.step(engine::Tick{}, kStamp.at);
  const engine::Snapshot snapshot = engine.snapshot(kStamp.at);
  for (const auto& governor : snapshot.governors) {
    for (const auto& [name, why] : saved.unreadable) {
      fuzz::require(name != governor.name || governor.state.dormant(),
                    "an unreadable governor is dormant", name);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Image image = imageOf(fuzz::Input(data, size));
  const std::string path = folder() + "/heald.db";
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  writeFile(path, image.file);
  if (!image.journal.empty()) writeFile(path + "-wal", image.journal);

  const auto store = store::makeSqliteStore({path, std::chrono::milliseconds(1)});
  const auto opened = store->open(kStamp);
  if (!opened.ok()) {
    fuzz::requireLine(opened.error().message, "a reason");
    fuzz::require(opened.error().message.starts_with(path + ": "), "a reason names the file",
                  opened.error().message);
    return 0;
  }
  fuzz::require(opened->has_value(), "a store that is there is no first start");
  for (const auto& [name, state] : (*opened)->governors) {
    fuzz::require(core::inconsistency(state).empty(), "a state is one of the machine's", name);
  }
  live(**opened);
  if (!store->commit(someChanges(), kStamp).empty()) return 0;
  const auto again = store->open(kStamp);
  fuzz::require(again.ok() && again->has_value(), "what heald has written it can read");
  const auto once_more = store->open(kStamp);
  fuzz::require(once_more.ok() && once_more->has_value(), "and once more");
  requireSame(**again, **once_more);
  return 0;
}
