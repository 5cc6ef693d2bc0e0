package qcc

// Problem names a defect of an answer with HTTP status 200. Package message has a sentence for each.
type Problem string

// The problems that the client distinguishes.
const (
	ProblemCompression Problem = "compression"
	ProblemTooLong     Problem = "too-long"
	ProblemCached      Problem = "cached"
	ProblemNoJSON      Problem = "no-json"
	ProblemNoObject    Problem = "no-object"
	ProblemTwice       Problem = "status-or-result-twice"
	ProblemNoStatus    Problem = "no-status"
	ProblemStatus      Problem = "bad-status"
	ProblemNoResult    Problem = "no-result"
	ProblemResult      Problem = "unexpected-result"
	ProblemManyModules Problem = "too-many-modules"
	ProblemID          Problem = "not-one-module-id"
	ProblemIDText      Problem = "bad-module-id"
	ProblemIDSecret    Problem = "secret-in-module-id"
	ProblemModuleTwice Problem = "module-twice"
)

// Problems returns all problems of answers.
func Problems() []Problem {
	return []Problem{
		ProblemCompression, ProblemTooLong, ProblemCached, ProblemNoJSON, ProblemNoObject, ProblemTwice, ProblemNoStatus, ProblemStatus, ProblemNoResult,
		ProblemResult, ProblemManyModules, ProblemID, ProblemIDText, ProblemIDSecret, ProblemModuleTwice,
	}
}
