#pragma once

#include "door/exchange.h"
#include "heald/result.h"
#include "http/message.h"

namespace heald::http {

// Between the door's requests and answers and ours.

// Without its body. An Error is a query that cannot be decoded, for a 400.
Result<Request> requestOf(const door::RequestHead& head, const door::Caller& caller);

// Of an answer that does not stream.
door::Answer answerOf(Response response);

}  // namespace heald::http
