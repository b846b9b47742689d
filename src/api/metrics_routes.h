#pragma once

#include "api/backend.h"
#include "http/router.h"

namespace heald::api {

// The calls of the metrics listener, all of them reading: /metrics, /-/healthy, /-/ready and a
// landing page. They show names and counts, and keep a copy of `backend`.
http::Router metricsRoutes(const Backend& backend);

}  // namespace heald::api
