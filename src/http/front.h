#pragma once

#include "door/service.h"
#include "heald/result.h"
#include "http/message.h"
#include "http/pipeline.h"

namespace heald::http {

// Between the door's requests and answers and ours.

// Without its body. An Error is a query that cannot be decoded, for a 400.
Result<Request> requestOf(const door::RequestHead& head, const door::Caller& caller);

// Of an answer that does not stream.
door::Answer answerOf(Response response);

// A listener behind its door, but for who makes the answers: whoever is not let in hears so from
// the pipeline, before a body is read.
class Front : public door::Service {
 public:
  Front(Router router, GuardPolicy policy, Hooks hooks)
      : pipeline_(std::move(router), std::move(policy), std::move(hooks)) {}

  Admission admit(const door::RequestHead& head, const door::Caller& caller) final;
  door::Answer refuse(int status, const std::string& message) final;

 protected:
  const Pipeline& pipeline() const { return pipeline_; }

 private:
  const Pipeline pipeline_;
};

}  // namespace heald::http
