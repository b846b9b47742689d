#pragma once

#include "http/backend.h"
#include "http/router.h"

namespace heald::http {

// The calls of the metrics listener, all of them reading: /metrics, /-/healthy, /-/ready and a
// landing page. They show names and counts, and keep a copy of `backend`.
Router metricsRoutes(const Backend& backend);

}  // namespace heald::http
