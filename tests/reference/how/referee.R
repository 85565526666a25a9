# The long run behind ../referee.json: Rscript referee.R, rstan 2.21.7. Writes referee-run.json.
suppressMessages({library(rstan); library(posterior); library(jsonlite)}); 
code <- '
data { int<lower=1> K; int<lower=0> tp[K]; int<lower=0> n1[K]; int<lower=0> tn[K]; int<lower=0> n0[K]; }
parameters { vector[2] mu; vector<lower=0>[2] tau; real<lower=-1,upper=1> rho; matrix[2,K] z; }
transformed parameters {
  row_vector[K] a = mu[1] + tau[1] * z[1];
  row_vector[K] b = mu[2] + tau[2] * (rho * z[1] + sqrt(1 - square(rho)) * z[2]);
}
model {
  mu ~ student_t(3, 0, 2.5);
  tau ~ normal(0, 1.5);
  to_vector(z) ~ normal(0, 1);
  tp ~ binomial_logit(n1, a);
  tn ~ binomial_logit(n0, b);
}'
tp<-c(1834,2294,2145,1398); fn<-c(482,563,558,380); tn<-c(2851,2940,2925,702)
sm<-stan_model(model_code=code)
o<-sampling(sm,data=list(K=4,tp=tp,n1=tp+fn,tn=tn,n0=tn),chains=4,iter=52000,warmup=2000,refresh=0,seed=20261,control=list(adapt_delta=.995,max_treedepth=12),pars=c("z","a","b"),include=FALSE)
A<-as_draws_array(o); v<-function(p){x<-A[,,p]; matrix(as.numeric(x),dim(x)[1],dim(x)[2])}
s<-function(x){q<-quantile(x,c(.025,.5,.975),names=FALSE); list(mean=mean(x),sd=sd(x),q2.5=q[1],q50=q[2],q97.5=q[3],mcse_mean=mcse_mean(x),mcse_q2.5=unname(mcse_quantile(x,.025)),mcse_q50=unname(mcse_quantile(x,.5)),mcse_q97.5=unname(mcse_quantile(x,.975)),ess_bulk=ess_bulk(x),ess_tail=ess_tail(x),rhat=rhat(x))}
P<-c("mu[1]","mu[2]","tau[1]","tau[2]","rho")
out<-list(engine=paste("rstan",packageVersion("rstan"),"NUTS, non-centred"),adapt_delta=.995,chains=4,warmup=2000,draws_per_chain=50000,seed=20261,divergences=sum(get_divergent_iterations(o)),parameters=setNames(lapply(P,function(p)s(v(p))),c("mu_se","mu_sp","tau_se","tau_sp","rho")))
write_json(out,"referee-run.json",auto_unbox=TRUE,digits=8,pretty=TRUE)
