#pragma once

#include "http/message.h"

namespace heald::http {

// FleetLock, the protocol of machines that ask before they reboot themselves (zincati and others):
// https://coreos.github.io/zincati/development/fleetlock/protocol/. What heald does for its clients
// wherever a request of theirs is answered by the pipeline, also where that refuses it before any
// call is made of it.

// Whether `request` says that it is one: "fleet-lock-protocol: true". No page of a browser sends
// this header without being asked first whether it may.
bool isFleetLock(const Request& request);

// An answer of heald in the words of the protocol: of a refusal `{"error": {"code", "message"}}`
// becomes `{"kind", "value"}`, which such clients log; the kind is the guard that has denied
// (`"guard"`), else the code. Any other answer, and one that is not known yet (Response::later),
// stays as it is.
Response inWordsOfFleetLock(Response response);

}  // namespace heald::http
