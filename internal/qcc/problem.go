package qcc

// Problem is a defect of an answer with HTTP status 200, as a phrase that follows "the answer".
type Problem string

// The problems that the client distinguishes.
const (
	ProblemCompression Problem = "is not compressed as its header says"
	ProblemTooLong     Problem = "is longer than 1 MiB"
	ProblemCached      Problem = "comes from a cache on the way (Age header), so its counts may be old"
	ProblemNoJSON      Problem = "is not JSON"
	ProblemNoObject    Problem = "has something else where an object is expected"
	ProblemTwice       Problem = "has its status or its result twice"
	ProblemNoStatus    Problem = "has no status"
	ProblemStatus      Problem = "has a status that is not a status code"
	ProblemNoResult    Problem = "has no result, although its status code promises one"
	ProblemResult      Problem = "has modules, although its status code says that there are none"
	ProblemManyModules Problem = "has more than 1,000 modules"
	ProblemID          Problem = "has a module that does not have exactly one id"
	ProblemIDText      Problem = "has a module id that is not printable text without spaces, \"::\" and \"##\", in Unicode normal form C (NFC), of at most 64 characters"
	ProblemIDSecret    Problem = "has a module id that contains a credential or a signature" //nolint:gosec // No credential.
	ProblemModuleTwice Problem = "has a module twice"
	ProblemCountTwice  Problem = "has a count twice"
	ProblemNotWhole    Problem = "has a count that is not a whole number"
	ProblemNegative    Problem = "has a negative count"
	ProblemTooLarge    Problem = "has a count that 64 bits cannot hold"
)

// Problems returns all problems of answers.
func Problems() []Problem {
	return []Problem{
		ProblemCompression, ProblemTooLong, ProblemCached, ProblemNoJSON, ProblemNoObject, ProblemTwice, ProblemNoStatus, ProblemStatus, ProblemNoResult,
		ProblemResult, ProblemManyModules, ProblemID, ProblemIDText, ProblemIDSecret, ProblemModuleTwice, ProblemCountTwice, ProblemNotWhole,
		ProblemNegative, ProblemTooLarge,
	}
}
