#include "support/faulty_vfs.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace heald::test {
namespace {

constexpr std::size_t kSector = 512;

FaultyDisk* disk = nullptr;  // the one that exists
sqlite3_vfs* ordinary = nullptr;

struct File {
  sqlite3_file base;
  std::uint64_t image;  // 0: a temporary file
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* fileOf(sqlite3_file* base) {
  return reinterpret_cast<File*>(base);
}

sqlite3_file* realOf(sqlite3_file* base) {
  return fileOf(base)->real();
}

template <class... Parameters>
int pass(int (*sqlite3_io_methods::*method)(sqlite3_file*, Parameters...), sqlite3_file* base,
         Parameters... parameters) {
  sqlite3_file* real = realOf(base);
  return (real->pMethods->*method)(real, parameters...);
}

std::string contentOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::uint64_t inodeOf(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

int writePart(File* file, const void* bytes, int size, sqlite3_int64 offset) {
  if (size == 0) return SQLITE_OK;
  const int code = pass<const void*, int, sqlite3_int64>(&sqlite3_io_methods::xWrite, &file->base,
                                                         bytes, size, offset);
  if (code == SQLITE_OK) {
    disk->changed(file->image, {offset, std::string(static_cast<const char*>(bytes),
                                                    static_cast<std::size_t>(size))});
  }
  return code;
}

int faultyWrite(sqlite3_file* base, const void* bytes, int size, sqlite3_int64 offset) {
  File* file = fileOf(base);
  switch (disk->next(true)) {
    case FaultyDisk::Step::kGo:
      return writePart(file, bytes, size, offset);
    case FaultyDisk::Step::kGoAndFail:
      writePart(file, bytes, size, offset);
      return SQLITE_IOERR_WRITE;
    case FaultyDisk::Step::kHalfAndFail:
      writePart(file, bytes, size / 2, offset);
      return SQLITE_IOERR_WRITE;
    case FaultyDisk::Step::kFailFull:
      return SQLITE_FULL;
    case FaultyDisk::Step::kFail:
      break;
  }
  return SQLITE_IOERR_WRITE;
}

// What is not a write has no half: it is done, or it is not.
template <class Work>
int wholeStep(int failure, Work work) {
  switch (disk->next(false)) {
    case FaultyDisk::Step::kGo:
    case FaultyDisk::Step::kFailFull:
      return work();
    case FaultyDisk::Step::kGoAndFail:
      work();
      return failure;
    case FaultyDisk::Step::kHalfAndFail:
    case FaultyDisk::Step::kFail:
      break;
  }
  return failure;
}

int faultyTruncate(sqlite3_file* base, sqlite3_int64 size) {
  return wholeStep(SQLITE_IOERR_TRUNCATE, [&] {
    disk->changed(fileOf(base)->image, {size, "", true});
    return pass<sqlite3_int64>(&sqlite3_io_methods::xTruncate, base, size);
  });
}

int faultySync(sqlite3_file* base, int) {
  return wholeStep(SQLITE_IOERR_FSYNC, [&] {
    disk->synced(fileOf(base)->image);
    return SQLITE_OK;
  });
}

int faultyDelete(sqlite3_vfs*, const char* path, int) {
  return wholeStep(SQLITE_IOERR_DELETE, [&] {
    disk->deleted(path);
    return ordinary->xDelete(ordinary, path, 0);
  });
}

int faultyClose(sqlite3_file* base) {
  return pass<>(&sqlite3_io_methods::xClose, base);
}
int faultyRead(sqlite3_file* base, void* bytes, int size, sqlite3_int64 offset) {
  return pass<void*, int, sqlite3_int64>(&sqlite3_io_methods::xRead, base, bytes, size, offset);
}
int faultySize(sqlite3_file* base, sqlite3_int64* size) {
  return pass<sqlite3_int64*>(&sqlite3_io_methods::xFileSize, base, size);
}
int faultyLock(sqlite3_file* base, int level) {
  return pass<int>(&sqlite3_io_methods::xLock, base, level);
}
int faultyUnlock(sqlite3_file* base, int level) {
  return pass<int>(&sqlite3_io_methods::xUnlock, base, level);
}
int faultyReserved(sqlite3_file* base, int* out) {
  return pass<int*>(&sqlite3_io_methods::xCheckReservedLock, base, out);
}
int faultyControl(sqlite3_file* base, int operation, void* argument) {
  return pass<int, void*>(&sqlite3_io_methods::xFileControl, base, operation, argument);
}
int faultySectorSize(sqlite3_file*) {
  return static_cast<int>(kSector);
}
int faultyTraits(sqlite3_file*) {
  return 0;
}
int faultyShmMap(sqlite3_file* base, int page, int size, int extend, void volatile** out) {
  return pass<int, int, int, void volatile**>(&sqlite3_io_methods::xShmMap, base, page, size,
                                              extend, out);
}
int faultyShmLock(sqlite3_file* base, int offset, int count, int flags) {
  return pass<int, int, int>(&sqlite3_io_methods::xShmLock, base, offset, count, flags);
}
void faultyShmBarrier(sqlite3_file* base) {
  realOf(base)->pMethods->xShmBarrier(realOf(base));
}
int faultyShmUnmap(sqlite3_file* base, int remove) {
  return pass<int>(&sqlite3_io_methods::xShmUnmap, base, remove);
}

const sqlite3_io_methods kMethods = {2,
                                     faultyClose,
                                     faultyRead,
                                     faultyWrite,
                                     faultyTruncate,
                                     faultySync,
                                     faultySize,
                                     faultyLock,
                                     faultyUnlock,
                                     faultyReserved,
                                     faultyControl,
                                     faultySectorSize,
                                     faultyTraits,
                                     faultyShmMap,
                                     faultyShmLock,
                                     faultyShmBarrier,
                                     faultyShmUnmap,
                                     nullptr,
                                     nullptr};

int faultyOpen(sqlite3_vfs*, const char* path, sqlite3_file* base, int flags, int* out_flags) {
  File* file = fileOf(base);
  file->base.pMethods = nullptr;
  const int code = ordinary->xOpen(ordinary, path, file->real(), flags, out_flags);
  if (code == SQLITE_OK) {
    file->base.pMethods = &kMethods;
    file->image = path == nullptr ? 0 : disk->opened(path);
  }
  return code;
}

sqlite3_vfs& faultyVfs() {
  static sqlite3_vfs vfs = [] {
    ordinary = sqlite3_vfs_find("unix");
    sqlite3_vfs made = *ordinary;
    made.szOsFile = static_cast<int>(sizeof(File)) + ordinary->szOsFile;
    made.pNext = nullptr;
    made.zName = "faulty";
    made.xOpen = faultyOpen;
    made.xDelete = faultyDelete;
    return made;
  }();
  return vfs;
}

void apply(const FaultyDisk::Write& write, std::size_t length, std::string& content) {
  const auto offset = static_cast<std::size_t>(write.offset);
  if (write.truncate) {
    content.resize(offset, '\0');
    return;
  }
  if (content.size() < offset + length) content.resize(offset + length, '\0');
  content.replace(offset, length, write.bytes, 0, length);
}

// A file may have been given another name.
std::string nameNow(std::uint64_t inode, const std::string& path) {
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(path).parent_path())) {
    if (inodeOf(entry.path()) == inode) return entry.path();
  }
  return path;
}

}  // namespace

FaultyDisk::FaultyDisk() {
  disk = this;
  sqlite3_vfs_register(&faultyVfs(), 1);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&faultyVfs());
  sqlite3_vfs_register(ordinary, 1);
  disk = nullptr;
}

void FaultyDisk::begin(Plan plan) {
  plan_ = plan;
  calls_ = 0;
  syncs_ = 0;
  dead_ = false;
  images_.clear();
  deleted_.clear();
}

FaultyDisk::Step FaultyDisk::next(bool writes) {
  ++calls_;
  if (dead_) return Step::kFail;
  if (plan_.at == 0 || calls_ < plan_.at || calls_ - plan_.at >= plan_.many) return Step::kGo;
  switch (plan_.fault) {
    case Fault::kError:
      return Step::kFail;
    case Fault::kHalf:
      return Step::kHalfAndFail;
    case Fault::kDoneError:
      return Step::kGoAndFail;
    case Fault::kFull:
      return writes ? Step::kFailFull : Step::kGo;
    case Fault::kDie:
      break;
  }
  dead_ = true;
  return Step::kHalfAndFail;
}

std::uint64_t FaultyDisk::opened(const std::string& path) {
  const std::uint64_t inode = inodeOf(path);
  const auto [image, fresh] = images_.try_emplace(inode);
  if (fresh) {
    image->second.synced = contentOf(path);
  }
  image->second.path = path;
  return inode;
}

void FaultyDisk::synced(std::uint64_t inode) {
  ++syncs_;
  Image& image = images_[inode];
  for (const Write& write : std::exchange(image.since, {})) {
    apply(write, write.bytes.size(), image.synced);
  }
}

// Its folder is not synced: after a power cut it may be back.
void FaultyDisk::deleted(const std::string& path) {
  const auto found = images_.find(inodeOf(path));
  if (found != images_.end()) {
    deleted_.push_back(std::move(found->second));
    images_.erase(found);
  }
}

void FaultyDisk::powerCut(unsigned seed) {
  std::mt19937 random(seed);
  const auto what_is_left = [&random](const Image& image) {
    std::string content = image.synced;
    for (const Write& write : image.since) {
      if (random() % 2 == 0) continue;
      const std::size_t sectors = write.bytes.size() / kSector;
      const bool torn = sectors > 1 && random() % 4 == 0;
      apply(write, torn ? kSector * (1 + random() % sectors) : write.bytes.size(), content);
    }
    return content;
  };
  for (const auto& [inode, image] : images_) {
    std::ofstream(nameNow(inode, image.path), std::ios::binary) << what_is_left(image);
  }
  for (const Image& image : deleted_) {
    if (random() % 2 == 0 && inodeOf(image.path) == 0) {
      std::ofstream(image.path, std::ios::binary) << what_is_left(image);
    }
  }
}

}  // namespace heald::test
