#include "http/front.h"

#include <algorithm>
#include <utility>

#include "http/wire.h"
#include "io/uri.h"

namespace heald::http {

Result<Request> requestOf(const door::RequestHead& head, const door::Caller& caller) {
  Request request;
  request.method = head.method;
  const std::size_t mark = std::min(head.target.find('?'), head.target.size());
  request.path = head.target.substr(0, mark);
  auto query =
      io::parseQuery(std::string_view(head.target).substr(std::min(mark + 1, head.target.size())));
  if (!query) {
    return Error{ErrorCode::kInvalid, "the query is not valid percent-encoded UTF-8 text"};
  }
  request.query = std::move(*query);
  request.headers = head.headers;
  request.caller = caller;
  return request;
}

door::Answer answerOf(Response response) {
  door::Answer answer;
  answer.status = response.status;
  answer.head = responseHead(response);
  answer.body = response.pieces != nullptr   ? std::move(response.pieces)
                : response.shared != nullptr ? door::inOnePiece(std::move(response.shared))
                                             : door::inOnePiece(std::move(response.body));
  return answer;
}

door::Answer Front::refuse(int status, const std::string& message) {
  return answerOf(pipeline_.answerMalformed(status, message));
}

Front::Admission Front::admit(const door::RequestHead& head, const door::Caller& caller) {
  const auto request = requestOf(head, caller);
  if (!request) return {refuse(400, request.error().message), false};
  auto admission = pipeline_.admit(*request);
  if (admission.refusal) return {answerOf(std::move(*admission.refusal)), false};
  return {std::nullopt, admission.reads_body};
}

}  // namespace heald::http
