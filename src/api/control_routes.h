#pragma once

#include <functional>
#include <vector>

#include "api/backend.h"
#include "api/call.h"
#include "http/router.h"

namespace heald::api {

// The calls of the control listener; docs/http-api.md describes each. Reads answer from the
// published snapshot, changes go to the engine and answer what it said. They keep a copy of
// `backend`, whose functions may be called on several threads at one time.
http::Router controlRoutes(const Backend& backend);

// The same as a table, in the order of the document; openapi.json is made from it.
std::vector<Call> controlCalls(const Backend& backend);

// A call that changes something: asks the engine, for this caller and under the request's
// `Idempotency-Key`. A key that is not one is a kInvalid. `show` makes the answer of a reply that
// is neither an error nor one of another request with the same key; it may hold nothing of the
// request. The response is one with `later`: what a commit waits for holds nobody up.
using Show = std::function<http::Response(const engine::Reply&)>;
http::Response ask(const Backend& backend, const http::Request& request, engine::Event event,
                   const Show& show, std::string digest = "");
// `digest`: of method, path and body, where the body was not kept.
Result<Asker> askerOf(const http::Request& request, std::string digest = "");

}  // namespace heald::api
