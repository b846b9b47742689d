// Some tests run healdctl as a process of its own. They set what the fake engine says, start
// healdctl, and the server then reads it; that the one comes before the other is beyond what
// ThreadSanitizer sees.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:heald::api::FakeEngine\n";
}
