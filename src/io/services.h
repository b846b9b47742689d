#pragma once

#include "io/cancel.h"
#include "io/http_client.h"
#include "io/worker_pool.h"

namespace heald::io {

// What checks and remedies work with. Owned by the app; outlives every run.
struct Services {
  WorkerPool& workers;  // for what blocks: processes, files, D-Bus
  HttpClient& http;     // one curl_multi thread for all HTTP and TCP
};

}  // namespace heald::io
