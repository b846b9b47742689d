#pragma once

#include "io/cancel.h"
#include "io/http_client.h"
#include "io/looks.h"
#include "io/worker_pool.h"

namespace heald::io {

// What checks and remedies work with. Owned by the app; outlives every run.
struct Services {
  WorkerPool& workers;  // for what blocks: processes, D-Bus
  HttpClient& http;     // one curl_multi thread for all HTTP and TCP
  Looks& looks;         // for what may hang: files, the process table
};

}  // namespace heald::io
